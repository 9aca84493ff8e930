import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { enCli } from '../i18n/en-cli.ts'
import { diagnose, type Facts } from './diagnose.ts'
import { summarise } from '../domain/message/summary.ts'
import { aMessage } from '../testing/builders.ts'
import { meshNode, noon } from './testing/fakes.ts'

const healthy: Facts = {
  nodeVersion: '24.21.0',
  folder: '/home/me/.config/claw-mesh',
  settingsFile: '/home/me/.config/claw-mesh/settings.yaml',
  settingsWarnings: [],
  initialised: true,
  unreadable: [],
  pageBuilt: true,
  remote: false,
  coordinator: { state: 'up', url: 'http://127.0.0.1:9180', version: '0.1.0' },
  gateway: { adapter: 'openclaw-rpc', state: 'ok', version: '2026.9.6' },
  nodes: [meshNode()],
  disk: { freeBytes: 50 * 2 ** 30, unwritable: [], open: [], setAside: [] },
  messages: { queued: [], interrupted: [] },
  now: noon,
}
const old = (state: 'queued' | 'interrupted', minutes: number) => ({
  ...summarise(aMessage({ id: 'msg-1', state })),
  created_at: new Date(noon - minutes * 60_000).toISOString(),
})
const offline = (hours: number) =>
  meshNode({
    id: 'node-2',
    name: 'nas',
    status: 'offline',
    status_since: new Date(noon - hours * 3_600_000).toISOString(),
  })
const faults = (facts: Partial<Facts>) =>
  diagnose({ ...healthy, ...facts }).flatMap((finding) => (finding.ok ? [] : [finding.code]))
const problem = {
  code: 'gateway_token_refused',
  message: 'It says no.',
  hint: 'Look with `openclaw config get gateway.auth.token`.',
} as const

describe('doctor', () => {
  it('finds nothing wrong with a machine that is well, and says what it looked at', () => {
    const findings = diagnose(healthy)
    expect(findings.every(({ ok }) => ok)).toBe(true)
    expect(findings.map(({ code }) => code)).toEqual([
      'set_up',
      'coordinator',
      'gateway',
      'nodes',
      'settings',
      'page',
      'node',
    ])
  })

  it.each<[Partial<Facts>, string]>([
    [{ initialised: false, coordinator: { state: 'not_running' }, nodes: undefined }, 'not_initialised'],
    [{ coordinator: { state: 'not_running' }, nodes: undefined }, 'coordinator_not_running'],
    [{ coordinator: { state: 'port_taken', port: 9180 }, nodes: undefined }, 'port_taken'],
    [
      { coordinator: { state: 'unreachable', url: 'https://mesh.example' }, nodes: undefined },
      'coordinator_unreachable',
    ],
    [{ coordinator: { state: 'not_ready', url: 'x', failing: ['store'] }, nodes: undefined }, 'coordinator_not_ready'],
    [{ coordinator: { state: 'token_refused', url: 'x' }, nodes: undefined }, 'token_refused'],
    [{ unreadable: ['/x/admin.token'] }, 'token_unreadable'],
    [{ gateway: { missing: { code: 'gateway_not_found', message: 'None.' } }, nodes: undefined }, 'gateway_not_found'],
    [{ gateway: { adapter: 'openclaw-rpc', state: 'token_refused', problem } }, 'gateway_token_refused'],
    [{ gateway: { adapter: 'openclaw-rpc', state: 'down' } }, 'gateway_down'],
    [{ gateway: { adapter: 'openclaw-rpc', state: 'warming' } }, 'gateway_busy'],
    [{ gateway: { adapter: 'openai', state: 'provider_failing' } }, 'provider_failing'],
    [{ settingsWarnings: [{ line: 3, key: 'x', text: 'x is wrong' }] }, 'settings_invalid'],
    [{ pageBuilt: false }, 'page_not_built'],
    [{ coordinator: { state: 'not_ready', url: 'x', failing: ['disk_full'] }, nodes: undefined }, 'disk_full'],
    [{ disk: { ...healthy.disk, freeBytes: 100 * 2 ** 20 } }, 'disk_nearly_full'],
    [{ disk: { ...healthy.disk, unwritable: ['/x'] } }, 'folder_not_writable'],
    [{ disk: { ...healthy.disk, setAside: ['/x/coordinator.db.damaged-1'] } }, 'store_set_aside'],
    [{ disk: { ...healthy.disk, open: [{ file: '/x', mode: '700' }] } }, 'open_to_others'],
    [{ nodes: [meshNode({ condition: 'paused' }), offline(1)] }, 'nodes_unavailable'],
    [{ nodes: [offline(1)] }, 'all_offline'],
    [{ nodes: [meshNode(), offline(30)] }, 'node_long_offline'],
    [{ nodes: [meshNode({ last_heartbeat: new Date(noon + 3 * 3_600_000).toISOString() })] }, 'clock_off'],
    [{ messages: { queued: [old('queued', 10)], interrupted: [] } }, 'queue_stuck'],
    [{ messages: { queued: [], interrupted: [old('interrupted', 1)] } }, 'interrupted_waiting'],
    [{ nodeVersion: '24.15.9' }, 'node_too_old'],
    [{ nodes: [] }, 'no_nodes'],
    [{ nodes: [meshNode({ gateway: { adapter: 'openclaw-rpc', state: 'token_refused', problem } })] }, 'node_problem'],
  ])('names one cause for %j', (facts, code) => {
    expect(faults(facts)).toEqual([code])
  })

  it('gives a next step with every fault', () => {
    const everything = diagnose({
      ...healthy,
      initialised: false,
      coordinator: { state: 'port_taken', port: 9180 },
      gateway: { adapter: 'openclaw-rpc', state: 'down' },
      settingsWarnings: [{ line: 3, key: 'x', text: 'x is wrong' }],
      pageBuilt: false,
      nodeVersion: '20.0.0',
      nodes: [],
    })
    for (const finding of everything) if (!finding.ok) expect(finding.mend).not.toBe('')
  })

  it('tells the likeliest cause first', () => {
    expect(faults({ coordinator: { state: 'not_running' }, nodes: undefined, pageBuilt: false })[0]).toBe(
      'coordinator_not_running',
    )
  })

  it('repeats the gateway’s own advice', () => {
    const [first] = diagnose({ ...healthy, gateway: { adapter: 'openclaw-rpc', state: 'token_refused', problem } })
    expect(first).toMatchObject({
      mend: 'openclaw config get gateway.auth.token',
      advice: problem.hint,
      values: { problem: 'It says no.' },
    })
  })

  it('misses no gateway beside a coordinator whose nodes are elsewhere', () => {
    expect(faults({ gateway: { missing: { code: 'gateway_not_found', message: 'None.' } } })).toEqual([])
  })

  it('asks for no coordinator here when one elsewhere is used', () => {
    expect(faults({ remote: true, initialised: false })).toEqual([])
  })

  it('does not blame a node for being offline', () => {
    const gone = meshNode({
      id: 'node-2',
      status: 'offline',
      status_since: new Date(noon).toISOString(),
      gateway: { adapter: 'openclaw-rpc', state: 'down', problem },
    })
    expect(faults({ nodes: [meshNode(), gone] })).toEqual([])
  })

  it('takes newer versions of Node.js', () => {
    expect(faults({ nodeVersion: '26.1.0' })).toEqual([])
  })
})

it('names no fault that the page of the command line does not list', () => {
  const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8')
  const missing = Object.keys(enCli.doctor.fault).filter((code) => !page.includes(`| \`${code}\` |`))
  expect(missing).toEqual([])
})
