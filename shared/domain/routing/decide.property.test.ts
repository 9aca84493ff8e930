import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { Decision, type Reason, type Verdict } from '../../contract/decision.ts'
import type { Condition, MeshNode } from '../../contract/node.ts'
import { aLoad, aNode, capabilities } from '../../testing/builders.ts'
import { freeSlots } from '../health/slots.ts'
import { decide, type DecideInput } from './decide.ts'
import { reasonText } from './reason-text.ts'
import { lacks } from './requirements.ts'

const at = '2026-01-01T15:00:00.000Z'
const skill = fc.constantFrom('a', 'b', 'c')
const node: fc.Arbitrary<Omit<MeshNode, 'id' | 'name'>> = fc
  .record({
    skills: fc.uniqueArray(skill),
    gpu: fc.boolean(),
    status: fc.constantFrom('online', 'online', 'online', 'busy', 'offline'),
    condition: fc.constantFrom<Condition>('ok', 'ok', 'ok', 'paused', 'provider_failing', 'rate_limited', 'warming'),
    load: fc.record({ slots: fc.nat(3), running: fc.nat(3), queued: fc.nat(1), cpu: fc.constantFrom(0, 0.5) }),
    in_flight: fc.nat(3),
  })
  .map(({ skills, gpu, load, ...rest }) =>
    aNode({ capabilities: capabilities({ skills, gpu }), ...rest, load: aLoad(load) }),
  )
const input: fc.Arbitrary<DecideInput> = fc
  .record({
    nodes: fc.array(node, { maxLength: 6 }),
    id: fc.string(),
    requires: fc.record(
      {
        skill: fc.oneof(skill, fc.uniqueArray(skill, { minLength: 1 })),
        gpu: fc.boolean(),
        node: fc.constantFrom('N-1', 'node-2', 'x'),
      },
      { requiredKeys: [] },
    ),
    conversation: fc.constantFrom(undefined, 'talk'),
    pin: fc.constantFrom(null, 'node-0', 'node-1', 'node-9'),
    pinExpired: fc.boolean(),
    excluded: fc.array(
      fc.tuple(
        fc.constantFrom('node-0', 'node-1'),
        fc.constantFrom<Reason>({ code: 'refused' }, { code: 'no_free_slot' }),
      ),
    ),
  })
  .map(({ nodes, id, requires, conversation, excluded, ...rest }) => ({
    ...rest,
    message: { id, requires, ...(conversation === undefined ? {} : { conversation }) },
    nodes: nodes.map((one, index) => ({ ...one, id: `node-${index}`, name: `n-${index}` })),
    excluded: new Map(excluded),
    at,
  }))

const always = (holds: (given: DecideInput, made: ReturnType<typeof decide>) => void): void => {
  fc.assert(
    fc.property(input, (given) => {
      holds(given, decide(given))
    }),
    { numRuns: 250 },
  )
}
const byVerdict = (nodes: readonly Verdict[], verdict: Verdict['verdict']): string[] =>
  nodes.filter((one) => one.verdict === verdict).map((one) => one.node_id)

describe('whatever the mesh looks like', () => {
  it('a decision is valid and says why in words', () => {
    const schema = Compile(Decision)
    always((_, { decision }) => {
      expect(schema.Check(decision)).toBe(true)
      expect(decision.reason).not.toMatch(/undefined|null|\[object/)
      expect(decision.reason).not.toBe('')
    })
  })

  it('every node is named exactly once, with a reason; the chosen one first, then scored, then rejected', () => {
    always(({ nodes }, { decision }) => {
      expect(decision.nodes.map(({ node_id }) => node_id).sort()).toEqual(nodes.map(({ id }) => id).sort())
      for (const { reasons, verdict, score } of decision.nodes) {
        expect(reasons.length).toBeGreaterThan(0)
        for (const reason of reasons) expect(reasonText(reason, at)).not.toMatch(/undefined/)
        expect(score !== undefined).toBe(verdict !== 'rejected')
      }
      const rank = { chosen: 0, scored: 1, rejected: 2 }
      const order = decision.nodes.map(({ verdict }) => rank[verdict])
      expect(order).toEqual([...order].sort())
    })
  })

  it('a node is chosen exactly when the outcome says so, and it is waited for exactly when somebody could', () => {
    always(({ nodes, message }, { decision, wait }) => {
      expect(byVerdict(decision.nodes, 'chosen')).toEqual(decision.node_id === null ? [] : [decision.node_id])
      expect(decision.outcome === 'chosen').toBe(decision.node_id !== null)
      expect(decision.outcome === 'wait').toBe(wait !== null)
      const asked = message.requires?.node
      const could = nodes.filter(
        (one) =>
          lacks(one.capabilities, message.requires ?? {}).length === 0 &&
          (asked === undefined || one.id === asked || one.name === asked.toLowerCase()),
      )
      expect(decision.outcome === 'infeasible').toBe(could.length === 0)
    })
  })

  it('the chosen node is there, well, has a free slot and all that is required, and has not just said no', () => {
    always(({ nodes, message, excluded }, { decision }) => {
      const chosen = nodes.find(({ id }) => id === decision.node_id)
      if (!chosen) return
      expect(lacks(chosen.capabilities, message.requires ?? {})).toEqual([])
      expect(chosen.status).not.toBe('offline')
      expect(['ok', 'provider_failing', 'rate_limited']).toContain(chosen.condition)
      expect(freeSlots(chosen)).toBeGreaterThan(0)
      expect(excluded?.has(chosen.id)).toBe(false)
    })
  })

  it('a hit is at home, a repin and an excursion are elsewhere, and none is without a conversation', () => {
    always(({ message, pin }, { decision: { affinity, node_id } }) => {
      expect(affinity === 'none').toBe(message.conversation === undefined)
      if (affinity === 'hit' && node_id !== null) expect(node_id).toBe(pin)
      if (affinity === 'repin' || affinity === 'excursion') expect(node_id).not.toBe(pin)
      if (affinity === 'miss') expect(pin).toBeNull()
    })
  })

  it('the order in which nodes are listed does not matter to the choice', () => {
    always((given, { decision, wait }) => {
      const turned = decide({ ...given, nodes: [...given.nodes].reverse() })
      expect([turned.decision.node_id, turned.decision.affinity, turned.wait]).toEqual([
        decision.node_id,
        decision.affinity,
        wait,
      ])
    })
  })
})
