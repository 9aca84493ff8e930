import { describe, expect, it } from 'vitest'
import { networkKinds, planFaults, processKinds } from './plan.ts'

const plan = (kills: number, seed: number | string = 1) => planFaults({ kills, nodes: 4, seed })
const onProcesses = (kills: number, seed?: number) => plan(kills, seed).filter(({ target }) => target !== 'network')

describe('a plan of faults', () => {
  it('is the same for the same seed and another one for another seed', () => {
    expect(plan(50, 7)).toEqual(plan(50, 7))
    expect(plan(50, 7)).not.toEqual(plan(50, 8))
  })

  it('has as many faults of processes as were asked for, whatever the network suffers besides', () => {
    for (const kills of [1, 15, 50, 333]) {
      expect(onProcesses(kills)).toHaveLength(kills)
      expect(plan(kills).length - kills).toBe(Math.floor(kills / 2.5))
    }
  })

  it('strikes with every kind on every process within fifteen, and with every kind on the network', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const seen = new Set(plan(15, seed).map(({ kind, target }) => `${kind} ${target}`))
      for (const kind of processKinds)
        for (const target of ['coordinator', 'agent', 'gateway']) expect(seen).toContain(`${kind} ${target}`)
      for (const kind of networkKinds) expect(seen).toContain(`${kind} network`)
    }
  })

  it('is in order of time and ends soon enough for fifteen faults in 45 seconds', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const faults = plan(15, seed)
      expect(faults).toEqual([...faults].sort((a, b) => a.at_ms - b.at_ms))
      expect(faults.at(-1)!.at_ms).toBeLessThan(25_000)
    }
  })

  it('aims at nodes that there are, and at one that is free while there is one', () => {
    for (const target of ['agent', 'gateway', 'network']) {
      const faults = plan(40).filter((fault) => fault.target === target)
      expect(new Set(faults.map(({ node }) => node))).toEqual(new Set([0, 1, 2, 3]))
      faults.forEach((fault, index) => {
        const inTrouble = new Set(
          faults.slice(0, index).flatMap((one) => (one.at_ms + one.for_ms >= fault.at_ms ? [one.node] : [])),
        )
        if (inTrouble.size < 4) expect(inTrouble).not.toContain(fault.node)
      })
    }
  })
})
