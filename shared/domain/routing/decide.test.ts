import { describe, expect, it } from 'vitest'
import type { Reason } from '../../contract/decision.ts'
import type { MeshNode } from '../../contract/node.ts'
import { aLoad, aNode, capabilities } from '../../testing/builders.ts'
import { decide, type DecideInput } from './decide.ts'

const at = '2026-01-01T15:00:00.000Z'
const since = '2026-01-01T14:02:00.000Z'
const mac = (overrides: Partial<MeshNode> = {}): MeshNode =>
  aNode({
    ...{ id: 'node-mac', name: 'mac-mini', load: aLoad({ slots: 4 }), status_since: since },
    capabilities: capabilities({ os: 'darwin', arch: 'arm64', skills: ['apple-notes'] }),
    ...overrides,
  })
const gpu = (overrides: Partial<MeshNode> = {}): MeshNode =>
  aNode({
    ...{ id: 'node-gpu', name: 'linux-gpu', load: aLoad({ slots: 8 }), status_since: since },
    capabilities: capabilities({ gpu: true, gpus: [{ name: 'RTX', vram_gb: 12 }] }),
    ...overrides,
  })
const vps = (overrides: Partial<MeshNode> = {}): MeshNode =>
  aNode({ id: 'node-vps', name: 'vps', load: aLoad({ slots: 2 }), status_since: since, ...overrides })
const full = { status: 'busy', load: aLoad({ slots: 4, running: 4 }) } as const
const gone = { status: 'offline' } as const

/** What is decided for `msg-1`, in short: outcome, node, wait reason, affinity, sentence. */
function decided(nodes: readonly MeshNode[], more: Partial<DecideInput> & Partial<DecideInput['message']> = {}) {
  const { requires, conversation, pin, pinExpired, excluded, id = 'msg-1' } = more
  const message = { id, ...(requires && { requires }), ...(conversation !== undefined && { conversation }) }
  const { decision, wait } = decide({ message, nodes, pin, pinExpired, excluded, at })
  return { ...decision, wait, because: Object.fromEntries(decision.nodes.map((one) => [one.name, one])) }
}
const codes = (reasons: readonly Reason[] | undefined): string[] | undefined => reasons?.map(({ code }) => code)

describe('with nothing asked for', () => {
  it('the least busy node is chosen, by turns over slots', () => {
    const made = decided([mac({ in_flight: 1 }), gpu({ in_flight: 1 }), vps({ in_flight: 1 })])
    expect(made).toMatchObject({
      ...{
        outcome: 'chosen',
        node_id: 'node-gpu',
        strategy: 'least-busy',
        affinity: 'none',
        wait: null,
        rule_id: null,
      },
      reason: 'linux-gpu: least busy of 3 (1 of 8 slots in use)',
    })
    expect(made.nodes.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['linux-gpu', 'chosen'],
      ['mac-mini', 'scored'],
      ['vps', 'scored'],
    ])
    expect(made.because['vps']).toMatchObject({
      score: 0.500001,
      parts: { turns: 0.5, cpu: 0.1 },
      reasons: [{ code: 'busier', used: 1, slots: 2, detail: '1 of 2 slots in use' }],
    })
  })

  it('work from outside the mesh counts, and so does what the gateway has not yet reported', () => {
    const working = { load: aLoad({ slots: 4, running: 2, queued: 1 }) }
    expect(decided([mac(working), vps({ in_flight: 1 })]).node_id).toBe('node-vps')
    expect(decided([mac(), vps({ in_flight: 1 })]).node_id).toBe('node-mac')
  })

  it('CPU decides between equals, unless it hardly differs', () => {
    const busy = { load: aLoad({ slots: 4, cpu: 0.9 }) }
    expect(decided([mac(busy), vps({ load: aLoad({ slots: 4, cpu: 0.4 }) })]).node_id).toBe('node-vps')
    expect(decided([mac(busy), vps({ load: aLoad({ slots: 4, cpu: 0.4 }) })]).because['mac-mini']?.reasons).toEqual([
      { code: 'busier', used: 0, slots: 4, cpu_percent: 90, detail: '0 of 4 slots in use, CPU at 90%' },
    ])
    const [first, second] = [mac({ load: aLoad({ cpu: 0.11 }) }), vps({ load: aLoad({ cpu: 0.13 }) })]
    const winners = Array.from({ length: 40 }, (_, index) => decided([first, second], { id: `msg-${index}` }).node_id)
    expect(new Set(winners)).toEqual(new Set(['node-mac', 'node-vps']))
  })

  it('a tie is broken by the message, not by the order of the nodes', () => {
    const made = decided([mac(), aNode({ id: 'node-2' })])
    expect(decided([aNode({ id: 'node-2' }), mac()])).toEqual(made)
    expect(made.nodes.map(({ reasons }) => codes(reasons))).toEqual([['least_busy', 'tie_break'], ['tie_break']])
    expect(made.nodes[1]?.reasons).toEqual([{ code: 'tie_break', detail: made.nodes[0]?.name }])
    expect(made.reason).toContain('as idle as any of 2 (0 of 4 slots in use)')
  })

  it('the only node is said to be that', () => {
    expect(decided([mac()]).reason).toBe('mac-mini: the only node')
    const made = decided([mac(), vps(gone)])
    expect(made.reason).toBe('mac-mini: the only one of 2 nodes that can take it now')
    expect(made.because['vps']).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'offline', since }] })
  })

  it('an empty mesh can do nothing', () => {
    expect(decided([])).toMatchObject({ outcome: 'infeasible', nodes: [], reason: 'no node has joined the mesh yet' })
  })
})

describe('a requirement', () => {
  it('turns down every node that lacks it', () => {
    const made = decided([mac(), gpu(), vps()], { requires: { skill: 'apple-notes' } })
    expect(made).toMatchObject({ node_id: 'node-mac', reason: 'mac-mini: the only node with skill:apple-notes' })
    expect(made.requires).toEqual({ skill: 'apple-notes' })
    expect(made.because['vps']?.reasons).toEqual([{ code: 'lacks', need: 'skill:apple-notes' }])
  })

  it('waits for the one node that has it, and tells the nearest miss', () => {
    const made = decided([gpu(), mac(gone)], { requires: { skill: 'apple-notes' } })
    expect(made).toMatchObject({
      ...{ outcome: 'wait', node_id: null, wait: 'offline' },
      reason: 'linux-gpu lacks skill:apple-notes; mac-mini has it and is offline since 14:02 UTC',
    })
  })

  it('that nobody meets is infeasible at once', () => {
    expect(decided([gpu(), mac(gone)], { requires: { skill: 'docker' } })).toMatchObject({
      ...{ outcome: 'infeasible', wait: null, reason: 'no node has skill:docker' },
    })
    expect(decided([vps(), gpu()], { requires: { vram_gb: 24 } }).reason).toBe(
      'no node has vram_gb:24; nearest is linux-gpu, which lacks vram_gb:24 (has 12)',
    )
  })

  it('that is met only in parts is infeasible, and each part is told', () => {
    expect(decided([gpu(), mac()], { requires: { gpu: true, skill: 'apple-notes' } }).reason).toBe(
      'no node has all of gpu, skill:apple-notes: linux-gpu lacks skill:apple-notes; mac-mini lacks gpu',
    )
  })
})

describe('a node that is asked for', () => {
  it('is found by id or by name in any case', () => {
    for (const node of ['node-mac', 'Mac-Mini']) {
      const made = decided([gpu(), mac({ in_flight: 3 })], { requires: { node } })
      expect(made).toMatchObject({
        ...{ node_id: 'node-mac', strategy: 'addressed', reason: 'mac-mini: asked for by the message' },
      })
      expect(made.because['linux-gpu']?.reasons).toEqual([{ code: 'not_addressed', detail: 'mac-mini' }])
    }
  })

  it('is waited for while it is away, full or not well', () => {
    const ask = { requires: { node: 'mac-mini' } }
    expect(decided([gpu(), mac(gone)], ask)).toMatchObject({ outcome: 'wait', wait: 'offline' })
    expect(decided([gpu(), mac(full)], ask)).toMatchObject({ outcome: 'wait', wait: 'no_free_slot' })
    for (const condition of ['paused', 'disabled', 'draining', 'gateway_down', 'token_refused', 'warming'] as const) {
      expect(decided([gpu(), mac({ condition })], ask)).toMatchObject({ outcome: 'wait', wait: 'condition' })
    }
    expect(decided([gpu(), mac({ condition: 'paused' })], ask).reason).toBe('mac-mini is paused')
  })

  it('is not replaced when it lacks something or is unknown', () => {
    expect(decided([gpu(), mac()], { requires: { node: 'mac-mini', gpu: true } })).toMatchObject({
      ...{ outcome: 'infeasible', reason: 'mac-mini was asked for and lacks gpu' },
    })
    expect(decided([gpu(), mac()], { requires: { node: 'nas' } })).toMatchObject({
      ...{ outcome: 'infeasible', reason: 'no node has the id or name “nas”; there is linux-gpu, mac-mini' },
    })
  })
})

describe('waiting', () => {
  it('is for what is nearest: a slot, a retry, a cure, a return', () => {
    const refusal: Reason = { code: 'refused', detail: 'on battery' }
    const all = [mac(full), gpu(), vps({ condition: 'gateway_down' }), aNode({ id: 'node-4', status: 'offline' })]
    const excluded = new Map([['node-gpu', refusal]])
    expect(decided(all, { excluded }).wait).toBe('no_free_slot')
    expect(decided(all.slice(1), { excluded }).wait).toBe('backoff')
    expect(decided(all.slice(2)).wait).toBe('condition')
    expect(decided(all.slice(3)).wait).toBe('offline')
    expect(decided(all, { excluded }).reason).toBe(
      'mac-mini has no free slot (4 of 4 slots in use); linux-gpu just refused this message (on battery); ' +
        'vps cannot reach its gateway; and 1 more',
    )
  })

  it('passes a node that just refused the message over', () => {
    const excluded = new Map<string, Reason>([['node-gpu', { code: 'refused', detail: 'paused' }]])
    const made = decided([mac({ in_flight: 3 }), gpu()], { excluded })
    expect(made.node_id).toBe('node-mac')
    expect(made.because['linux-gpu']).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'refused' }] })
  })
})

describe('a node whose model provider fails', () => {
  const failing = { condition: 'provider_failing' } as const

  it('is passed over for one that is well, even for one that has to be waited for', () => {
    const made = decided([gpu(failing), mac({ in_flight: 3 })])
    expect(made.node_id).toBe('node-mac')
    expect(made.because['linux-gpu']).toMatchObject({
      verdict: 'rejected',
      reasons: [{ code: 'condition', ...failing }],
    })
    expect(decided([gpu(failing), mac(full)])).toMatchObject({ outcome: 'wait', wait: 'no_free_slot' })
  })

  it('is asked when nobody better is there: only a turn can show that it is well again', () => {
    const made = decided([gpu(failing), mac(gone)])
    expect(made.node_id).toBe('node-gpu')
    expect(made.reason).toBe(
      'linux-gpu: the only one of 2 nodes that can take it now; it has a failing model provider, but no better node can take it',
    )
    expect(codes(made.nodes[0]?.reasons)).toEqual(['only_candidate', 'condition'])
  })
})

describe('a conversation', () => {
  const talk = { conversation: 'talk' }
  const onMac = { ...talk, pin: 'node-mac' }

  it('without a node yet gets the least busy one', () => {
    expect(decided([mac(), gpu({ in_flight: 1 })], talk)).toMatchObject({ affinity: 'miss', node_id: 'node-mac' })
    expect(decided([mac()], { pin: 'node-mac' }).affinity).toBe('none')
  })

  it('stays on its node, however idle another is', () => {
    const made = decided([mac({ in_flight: 3 }), gpu()], onMac)
    expect(made).toMatchObject({
      ...{ affinity: 'hit', node_id: 'node-mac', strategy: 'pinned', reason: 'mac-mini: the conversation lives there' },
    })
    expect(made.because['linux-gpu']).toMatchObject({
      ...{ verdict: 'scored', reasons: [{ code: 'not_pinned', detail: 'mac-mini' }] },
    })
  })

  it('waits for a slot there, and moves when that takes too long', () => {
    expect(decided([mac(full), gpu()], onMac)).toMatchObject({
      ...{ outcome: 'wait', wait: 'pinned_busy', affinity: 'hit', strategy: 'pinned' },
      reason: 'mac-mini has the conversation and has no free slot (4 of 4 slots in use)',
    })
    expect(decided([mac(full), gpu()], { ...onMac, pinExpired: true })).toMatchObject({
      ...{ outcome: 'chosen', node_id: 'node-gpu', affinity: 'repin' },
      reason:
        'linux-gpu: the only one of 2 nodes that can take it now; ' +
        'the conversation moves here from mac-mini, which has no free slot (4 of 4 slots in use)',
    })
  })

  it('goes on waiting for its node when it may move but nobody has room', () => {
    const others = gpu({ load: aLoad({ slots: 1, running: 1 }) })
    expect(decided([mac(full), others], { ...onMac, pinExpired: true })).toMatchObject({
      ...{ outcome: 'wait', wait: 'pinned_busy' },
    })
  })

  it('stays when a slot got free after all', () => {
    expect(decided([mac(), gpu()], { ...onMac, pinExpired: true })).toMatchObject({
      affinity: 'hit',
      node_id: 'node-mac',
    })
  })

  it('waits, too, when its node said that its slots are taken, but moves when it refused for another reason', () => {
    const excluded = (code: 'no_free_slot' | 'refused') => new Map<string, Reason>([['node-mac', { code }]])
    expect(decided([mac(), gpu()], { ...onMac, excluded: excluded('no_free_slot') }).wait).toBe('pinned_busy')
    expect(decided([mac(), gpu()], { ...onMac, excluded: excluded('refused') })).toMatchObject({
      ...{ node_id: 'node-gpu', affinity: 'repin' },
    })
  })

  it.each([gone, { condition: 'draining' }, { condition: 'gateway_down' }] as const)(
    'moves at once when its node is %o',
    (state) => {
      expect(decided([mac(state), gpu()], onMac)).toMatchObject({ node_id: 'node-gpu', affinity: 'repin' })
    },
  )

  it('moves when its node was removed', () => {
    expect(decided([gpu()], onMac)).toMatchObject({
      ...{ affinity: 'repin', reason: 'linux-gpu: the only node; the conversation moves here, its node is gone' },
    })
  })

  it('waits where it is when nobody else can', () => {
    const ask = { ...onMac, requires: { skill: 'apple-notes' } }
    expect(decided([mac(gone), gpu()], ask)).toMatchObject({ outcome: 'wait', wait: 'offline', affinity: 'hit' })
    expect(decided([mac(full), gpu()], ask)).toMatchObject({ wait: 'no_free_slot', affinity: 'hit' })
  })

  it('leaves its node for one message that needs another one', () => {
    const byNeed = decided([mac(), gpu()], { ...onMac, requires: { gpu: true } })
    expect(byNeed).toMatchObject({
      ...{ affinity: 'excursion', node_id: 'node-gpu', strategy: 'least-busy' },
      reason:
        'linux-gpu: the only node with gpu; for this message only, its conversation stays on mac-mini, which lacks gpu',
    })
    const byName = decided([mac(), gpu()], { ...onMac, requires: { node: 'linux-gpu' } })
    expect(byName).toMatchObject({ affinity: 'excursion', node_id: 'node-gpu', strategy: 'addressed' })
  })

  it('that names its own node is at home', () => {
    expect(decided([mac(), gpu()], { ...onMac, requires: { node: 'mac-mini' } })).toMatchObject({
      ...{ affinity: 'hit', node_id: 'node-mac', strategy: 'addressed' },
    })
  })
})

describe('a message that stays with the node that failed it', () => {
  const stays = (nodes: readonly MeshNode[], message: Partial<DecideInput['message']> = {}) =>
    decide({ message: { id: 'msg-1', stays_with: 'node-mac', ...message }, nodes, at })

  it('goes there and nowhere else, and says that nobody asked for it', () => {
    const { decision } = stays([mac(), gpu()])
    expect(decision).toMatchObject({
      ...{ outcome: 'chosen', node_id: 'node-mac', strategy: 'own-node', requires: {} },
      reason: 'mac-mini: tried again where it failed',
      nodes: [
        { name: 'mac-mini', verdict: 'chosen', reasons: [{ code: 'own_node' }] },
        { name: 'linux-gpu', verdict: 'rejected', reasons: [{ code: 'not_own_node', detail: 'mac-mini' }] },
      ],
    })
  })

  it('waits for it, and says what keeps it', () => {
    const { decision, wait } = stays([mac(gone), gpu()])
    expect(wait).toBe('offline')
    expect(decision.reason).toBe('mac-mini is offline since 14:02 UTC')
  })

  it('was asked for by name where the message did so itself', () => {
    const { decision } = stays([mac(), gpu()], { requires: { node: 'mac-mini' } })
    expect(decision).toMatchObject({ strategy: 'addressed', nodes: [{ reasons: [{ code: 'addressed' }] }, {}] })
  })

  it('goes where it can once that node is gone', () => {
    expect(stays([gpu()]).decision).toMatchObject({ node_id: 'node-gpu', strategy: 'least-busy' })
  })
})
