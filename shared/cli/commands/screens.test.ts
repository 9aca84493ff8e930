import { describe, expect, it } from 'vitest'
import type { Message, MessageSummary } from '../../contract/message.ts'
import { messageText, reasonText } from '../output/message-text.ts'
import { fakeContext, memorySink, meshNode } from '../testing/fakes.ts'
import { eventLine, listText } from './messages.ts'
import { nodesText } from './nodes.ts'
import { statusText } from './status.ts'

const { context } = fakeContext()
const problem = {
  code: 'gateway_token_refused',
  message: 'The gateway refuses its token.',
  hint: 'Set gateway.auth.token.',
} as const
const summary: MessageSummary = {
  id: 'msg-1',
  state: 'running',
  excerpt: 'build\nthe app',
  source: 'cli',
  sender: 'admin',
  created_at: '2026-01-02T11:59:00Z',
  updated_at: '2026-01-02T11:59:30Z',
  node_id: 'node-1',
  node_name: 'mac-mini',
  attempt: 1,
  affinity: 'none',
}

describe('a reason', () => {
  const busy = { code: 'busier', used: 1, slots: 4, detail: '1 of 4 slots in use' } as const
  it.each([
    [busy, 'busier (1 of 4 slots in use)', '更忙 (4 个槽位已用 1 个)'],
    [
      { ...busy, used: 0, cpu_percent: 90, detail: '' },
      'busier (0 of 4 slots in use, CPU at 90%)',
      '更忙 (4 个槽位已用 0 个，CPU 90%)',
    ],
    [{ code: 'tie_break', detail: 'vps' }, 'as idle; the tie went to vps', '同样空闲，抽签选中了 vps'],
  ] as const)('is told in either language: %o', (reason, en, zh) => {
    expect(reasonText(context.t, reason)).toBe(en)
    expect(reasonText(fakeContext({}, 'zh-CN').context.t, reason)).toBe(zh)
  })
})

describe('nodes', () => {
  it('shows a node on one line', () => {
    const node = meshNode({ load: { ...meshNode().load, running: 8, queued: 2 } })
    const [head, line] = nodesText(context, [node]).split('\n')
    expect(head).toMatch(/^NAME +STATUS +CONDITION +GATEWAY +SYSTEM +GPU +LOAD +SINCE +TAGS AND SKILLS$/)
    expect(line).toMatch(/^mac-mini +online +ok +openclaw-rpc +darwin\/arm64 +– +8\/8 \+2 +3m +xcode, apple-notes$/)
  })

  it('says below the table what is wrong and what helps', () => {
    const node = meshNode({
      condition: 'token_refused',
      gateway: { adapter: 'openclaw-rpc', state: 'token_refused', problem },
    })
    const text = nodesText(context, [node])
    expect(text).toContain('! mac-mini: token refused: The gateway refuses its token.\n  Set gateway.auth.token.\n')
  })

  it('does not show the load and problems of a node that is gone', () => {
    const node = meshNode({ status: 'offline', gateway: { adapter: 'openclaw-rpc', state: 'down', problem } })
    const text = nodesText(context, [node])
    expect(text).toMatch(/offline +– +openclaw-rpc +darwin\/arm64 +– +– +3m/)
    expect(text).not.toContain('!')
  })

  it('shows what an admin set, also of a node that is gone', () => {
    const paused = meshNode({ admin: 'paused', condition: 'paused', paused_until: '2026-01-02T12:54:00Z' })
    const draining = meshNode({ admin: 'draining', condition: 'draining', in_flight: 2, admin_tags: ['fast'] })
    const disabled = meshNode({ admin: 'disabled', condition: 'disabled', status: 'offline' })
    const [, one, two, three] = nodesText(context, [paused, draining, disabled]).split('\n')
    expect(one).toContain(' paused (54m left) ')
    expect(two).toMatch(/ draining \(2 running\) .* xcode, fast, apple-notes$/)
    expect(three).toMatch(/ offline +disabled /)
  })

  it('says how to get a first node', () => {
    expect(nodesText(context, [])).toContain('claw-mesh join')
  })

  it('lets no node write on the terminal', () => {
    const node = meshNode({
      name: 'evil\u001b[2J\nroot',
      gateway: {
        adapter: 'demo',
        state: 'down',
        problem: { code: 'gateway_down', message: 'x\u001b]0;y\u0007', hint: '\u202eabc' },
      },
    })
    expect(nodesText(context, [node])).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
  })
})

describe('status', () => {
  const stats = {
    nodes: { total: 2, online: 1, busy: 0, offline: 1 },
    messages: { queued: 1, running: 2, succeeded_24h: 30, failed_24h: 4, per_minute: [] },
    uptime_s: 7_200,
    version: '0.1.0',
  }
  it('fits the mesh on one screen', () => {
    const text = statusText(context, 'http://127.0.0.1:9180', stats, [meshNode()])
    expect(text).toBe(
      'Coordinator  http://127.0.0.1:9180  0.1.0, up 2h\n' +
        'Nodes        1 online, 0 busy, 1 offline\n' +
        'Messages     1 queued, 2 running; in 24 h 30 succeeded, 4 failed\n',
    )
  })
  it('is in Chinese for those who read it', () => {
    expect(statusText(fakeContext({}, 'zh-CN').context, 'http://x', stats, [])).toContain(
      '节点    1 在线，0 忙碌，1 离线',
    )
  })
})

describe('messages', () => {
  it('shows a message on one line', () => {
    expect(listText(context, [summary]).split('\n')[1]).toMatch(
      /^msg-1 +running +mac-mini +1m +admin \(cli\) +build the app$/,
    )
  })

  it('shows one in full with the verdict on every node', () => {
    const message: Message = {
      id: 'msg-1',
      state: 'succeeded',
      content: 'build the app',
      source: 'cli',
      sender: 'admin',
      priority: 3,
      timeout_s: 60,
      queue_ttl_s: 60,
      created_at: '2026-01-02T11:59:00Z',
      updated_at: '2026-01-02T11:59:02Z',
      ended_at: '2026-01-02T11:59:02Z',
      node_id: 'node-1',
      node_name: 'mac-mini',
      attempt: 1,
      attempts: [],
      affinity: 'none',
      response: 'done\u001b[31m',
      decision: {
        outcome: 'chosen',
        node_id: 'node-1',
        strategy: 'least-busy',
        rule_id: null,
        affinity: 'none',
        requires: { tool: 'xcode' },
        nodes: [
          {
            node_id: 'node-1',
            name: 'mac-mini',
            verdict: 'chosen',
            reasons: [{ code: 'only_candidate', detail: 'tool:xcode' }],
            score: 0.125,
          },
          { node_id: 'node-2', name: 'vps', verdict: 'rejected', reasons: [{ code: 'lacks', need: 'tool:xcode' }] },
          {
            node_id: 'node-3',
            name: 'nas',
            verdict: 'rejected',
            reasons: [{ code: 'condition', condition: 'token_refused' }],
          },
        ],
        reason: 'mac-mini: the only node with tool:xcode',
        at: '2026-01-02T11:59:00Z',
      },
    }
    const text = messageText(context, message)
    expect(text).toMatch(/^msg-1 {2}succeeded\n/)
    expect(text).toContain('mac-mini: the only node with tool:xcode')
    expect(text).toMatch(/mac-mini +chosen +0\.13 +the only one that can \(tool:xcode\)/)
    expect(text).toMatch(/vps +cannot +– +lacks tool:xcode/)
    expect(text).toMatch(/nas +cannot +– +token refused/)
    expect(text.endsWith('\ndone\n')).toBe(true)
    expect(messageText({ ...context, t: fakeContext({}, 'zh-CN').context.t }, message)).toMatch(
      /vps +不可选 +– +缺少 tool:xcode/,
    )
  })

  it('shows an event on one line, the error before everything else', () => {
    const failed = { ...summary, state: 'failed', error: problem } as const
    const line = eventLine({ out: memorySink(), t: context.t }, '2026-01-02T11:59:30Z', failed)
    expect(line).toMatch(/^\d\d:\d\d:\d\d {2}msg-1 {2}failed {6}mac-mini {2}The gateway refuses its token\.$/)
  })
})
