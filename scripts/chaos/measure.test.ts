import { expect, it } from 'vitest'
import { type Carried, detection, elsewhere, spread } from './measure.ts'
import type { Fault } from './plan.ts'

const fault = (target: Fault['target']): Fault => ({ kind: 'stop', target, node: 0, at_ms: 0, for_ms: 9_000 })
const carried = (target: Fault['target']): Carried => ({ fault: fault(target), node: 'a', from: 1_000, until: 10_000 })

it('an agent is noticed when its own node is shown offline, after the fault and before it is long mended', () => {
  const offline = { status: 'offline', condition: 'ok' } as const
  const seen = [500, 3_000, 9_000].map((at) => ({ ...offline, at, node: at === 3_000 ? 'b' : 'a' }))
  expect(detection(carried('agent'), seen)).toBe(8_000)
  expect(detection({ ...carried('agent'), until: 8_000 }, seen)).toBeUndefined()
})

it('a gateway is noticed when its node is shown without one, not when its node goes away', () => {
  const away = { at: 2_000, node: 'a', status: 'offline', condition: 'ok' } as const
  expect(detection(carried('gateway'), [away])).toBeUndefined()
  const down = { at: 4_000, node: 'a', status: 'online', condition: 'gateway_down' } as const
  expect(detection(carried('gateway'), [away, down])).toBe(3_000)
})

it('the first answer elsewhere is to a message sent after the fault, by another node', () => {
  const answers = [
    { at: 1_200, node: 'b', acknowledged: 900 },
    { at: 1_300, node: 'a', acknowledged: 1_100 },
    { at: 1_700, node: 'b', acknowledged: 1_100 },
  ]
  expect(elsewhere(carried('agent'), answers)).toBe(700)
  expect(elsewhere(carried('agent'), answers.slice(0, 2))).toBeUndefined()
})

it('the middle and the longest are those of what was measured', () => {
  expect(spread([30, undefined, 10, 20, 40])).toEqual({ count: 4, p50: 20, max: 40 })
  expect(spread([undefined])).toEqual({ count: 0, p50: 0, max: 0 })
})
