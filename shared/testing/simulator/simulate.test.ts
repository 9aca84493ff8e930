import { describe, expect, it } from 'vitest'
import { type MutationName, mutationNames } from './mutations.ts'
import { runSeed } from './run-seeds.ts'

const patience = { timeout: 60_000 }

describe('a simulated run', () => {
  it('is the same for the same seed, line by line, and another for another', patience, async () => {
    const [first, again, other] = [
      await runSeed(11, undefined, true),
      await runSeed(11, undefined, true),
      await runSeed(12, undefined, true),
    ]
    expect(first.trace.length).toBeGreaterThan(100)
    expect(again.trace).toEqual(first.trace)
    expect(other.trace).not.toEqual(first.trace)
  })

  it('keeps every promise, whatever goes wrong in it', patience, async () => {
    const seen = { turns: 0, messages: 0 }
    for (let seed = 1; seed <= 40; seed++) {
      const { violation, figures } = await runSeed(seed, undefined)
      expect(violation, `seed ${seed}`).toBeUndefined()
      seen.turns += figures.turns
      seen.messages += figures.messages
    }
    expect(seen.messages).toBeGreaterThan(150)
    expect(seen.turns).toBeGreaterThan(100)
  })

  it.each(mutationNames)('finds the fault %s within 300 seeds', patience, async (name) => {
    expect(await found(name, 300)).toBeDefined()
  })
})

async function found(name: MutationName, seeds: number): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { violation } = await runSeed(seed, name)
    if (violation) return `${seed} ${violation.promise}`
  }
  return undefined
}
