import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import type { AgentState } from '../../shared/core/agent/node-agent.ts'
import { silentLog } from '../../shared/core/platform/log.ts'
import { fakeClock } from '../../shared/testing/fake-clock.ts'
import type { Choices } from '../settings/choices.ts'
import { type ChoicesPart, MachineServices, type NodeTarget, type RunningNode } from './machine-services.ts'

const own = 'http://127.0.0.1:9180'
const other = 'http://localhost:9999'

function setUp(first: Partial<Choices> = {}) {
  const clock = fakeClock()
  const done: string[] = []
  const targets: NodeTarget[] = []
  const fail: { host?: MeshError; node?: MeshError; scope?: MeshError } = {}
  const tokens = new Map<string, string>()
  const node = { paused: false, tell: (): void => undefined }
  const begin: Choices = { host: false, paused: false, told_hidden: false, keep_hidden_window_s: 300, ...first }
  const choices = {
    now: begin,
    async change(part: ChoicesPart) {
      choices.now = JSON.parse(JSON.stringify({ ...choices.now, ...part })) as Choices
    },
  }
  const state = (url: string): AgentState => ({
    status: 'linked',
    coordinator_url: url,
    node_id: 'node-1',
    name: 'mac',
  })
  const services = new MachineServices({
    clock,
    log: silentLog,
    choices,
    openHost: async () => {
      if (fail.host) throw fail.host
      done.push('host up')
      return { url: own, adminToken: 'admin-1', joinToken: 'join-1', stop: async () => void done.push('host down') }
    },
    openNode: async (target): Promise<RunningNode> => {
      if (fail.node) throw fail.node
      targets.push(target)
      done.push(`node up ${target.mode}`)
      return {
        state: state(target.url),
        gateway: () => ({ adapter: 'demo', state: 'ok' }),
        onChange: (listener) => {
          node.tell = listener
          return () => {
            node.tell = () => undefined
          }
        },
        setPaused: (paused) => {
          node.paused = paused
        },
        stop: async () => void done.push('node down'),
      }
    },
    findGateway: async () => {
      if (fail.node) throw fail.node
      return { adapter: 'demo', state: 'ok' }
    },
    tokens: {
      read: async (url) => tokens.get(url),
      write: async (url, token) => {
        if (token === undefined) tokens.delete(url)
        else tokens.set(url, token)
      },
    },
    scopeOf: async () => {
      if (fail.scope) throw fail.scope
      return 'operator'
    },
    joinWhenHosting: () => true,
    facts: () => ({ start_at_login: false, has_tray: true, version: '0.1.0', settings_warnings: [] }),
  })
  return { services, clock, choices, done, targets, fail, tokens, node }
}

it('hosts, joins this computer too the first time, and takes both down in order', async () => {
  const { services, done, targets, choices } = setUp()
  const up = await services.setHost(true)
  expect(up.host).toEqual({ on: true, url: own })
  expect(up.join).toMatchObject({ mode: 'own', status: 'linked', coordinator_url: own, node_id: 'node-1' })
  expect(up.window).toEqual({ coordinator_url: own, scope: 'admin' })
  expect(targets).toEqual([{ mode: 'own', url: own, joinToken: 'join-1' }])
  const down = await services.setHost(false)
  expect(done).toEqual(['host up', 'node up own', 'node down', 'host down'])
  expect(down).toMatchObject({ host: { on: false }, join: { mode: 'own', status: 'off' }, window: null })
  expect(choices.now.join).toBe('own')
})

it('does not join this computer when the person said not to', async () => {
  const { services, targets } = setUp({ join: 'off' })
  expect((await services.setHost(true)).join).toMatchObject({ mode: 'off', status: 'off' })
  expect(targets).toEqual([])
})

it('hosts even where there is no gateway, says so, and joins when one is found later', async () => {
  const { services, fail } = setUp()
  fail.node = new MeshError('gateway_not_found', 'No gateway.', { hint: 'Install one.' })
  const up = await services.setHost(true)
  expect(up.host.on).toBe(true)
  expect(up.join).toMatchObject({ mode: 'own', status: 'off', problem: { code: 'gateway_not_found' } })
  expect(await services.findGateway()).toMatchObject({ problem: { code: 'gateway_not_found' } })
  delete fail.node
  expect(await services.findGateway()).toEqual({ adapter: 'demo', state: 'ok' })
  expect(services.state.join).toMatchObject({ status: 'linked' })
  expect(services.state.join.problem).toBeUndefined()
})

it('tells why it cannot host, to whoever asked and in the state, until it can', async () => {
  const { services, fail } = setUp()
  fail.host = new MeshError('port_in_use', 'Port 9180 is taken.')
  await expect(services.setHost(true)).rejects.toMatchObject({ code: 'port_in_use' })
  expect(services.state.host).toMatchObject({ on: false, problem: { code: 'port_in_use' } })
  delete fail.host
  expect((await services.setHost(true)).host).toEqual({ on: true, url: own })
})

it('joins another coordinator; the window works there with the operator token, here without', async () => {
  const { services, targets, done, tokens } = setUp()
  await services.setHost(true)
  const joined = await services.setJoin({
    mode: 'remote',
    url: `${other}/`,
    join_token: 'join-2',
    operator_token: 'op',
  })
  expect(done.slice(2)).toEqual(['node down', 'node up remote'])
  expect(targets.at(-1)).toEqual({ mode: 'remote', url: other, joinToken: 'join-2' })
  expect(tokens.get(other)).toBe('op')
  expect(joined.host.on).toBe(true)
  expect(joined.window).toEqual({ coordinator_url: other, scope: 'operator' })
  expect(services.access?.token).toBe('op')
  tokens.clear()
  expect((await services.setJoin({ mode: 'remote' })).window).toEqual({ coordinator_url: own, scope: 'admin' })
  expect(targets.at(-1)?.joinToken).toBeUndefined()
})

it('leaves everything as it is when the address or the token is no good', async () => {
  const { services, fail, done, choices } = setUp()
  await services.setHost(true)
  const before = services.state
  await expect(services.setJoin({ mode: 'remote' })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(services.setJoin({ mode: 'remote', url: 'http://evil.example' })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  fail.scope = new MeshError('unauthorized', 'Unknown token.')
  await expect(
    services.setJoin({ mode: 'remote', url: other, join_token: 'j', operator_token: 'bad' }),
  ).rejects.toMatchObject({ code: 'unauthorized' })
  expect(services.state).toEqual(before)
  expect(choices.now.remote_url).toBeUndefined()
  expect(done).toEqual(['host up', 'node up own'])
})

it('has no mesh of its own to join while it does not host', async () => {
  await expect(setUp().services.setJoin({ mode: 'own' })).rejects.toMatchObject({ code: 'invalid_input' })
})

it('pauses for a while, remembers it, and resumes by itself', async () => {
  const { services, clock, node } = setUp()
  await services.setHost(true)
  const paused = await services.setPaused({ on: true, for_s: 3_600 })
  expect(node.paused).toBe(true)
  expect(paused.join).toMatchObject({ paused: true, paused_until: '2026-01-01T01:00:00.000Z' })
  await services.setHost(false)
  await services.setHost(true)
  expect(node.paused).toBe(true)
  await clock.advance(3_600_000)
  expect(node.paused).toBe(false)
  expect(services.state.join.paused).toBe(false)
})

it('takes up after a restart what was on, and a pause that ran out meanwhile has ended', async () => {
  const { services, done, clock, node } = setUp({ host: true, join: 'own', paused: true, paused_until: 1 })
  await services.start()
  await clock.advance(0)
  expect(done).toEqual(['host up', 'node up own'])
  expect(node.paused).toBe(false)
})

it('starts with a problem instead of failing', async () => {
  const { services, fail } = setUp({ host: true, join: 'own' })
  fail.host = new MeshError('store_newer', 'Newer data.')
  await services.start()
  expect(services.state.host.problem?.code).toBe('store_newer')
})

it('opens the window on the other coordinator again, even while that is away', async () => {
  const { services, tokens, fail } = setUp({ join: 'remote', remote_url: other })
  tokens.set(other, 'op')
  fail.scope = new MeshError('coordinator_unreachable', 'Nobody there.')
  await services.start()
  expect(services.state.window).toEqual({ coordinator_url: other, scope: 'operator' })
})

it('makes changes one after another and tells of each; after stop it tells nothing', async () => {
  const { services, done, clock, node } = setUp()
  const heard: boolean[] = []
  services.onChange((state) => heard.push(state.host.on))
  await Promise.all([services.setHost(true), services.setHost(false), services.setHost(true)])
  expect(done).toEqual(['host up', 'node up own', 'node down', 'host down', 'host up', 'node up own'])
  expect(heard.at(-1)).toBe(true)
  const count = heard.length
  node.tell()
  expect(heard.length).toBe(count + 1)
  await services.setPaused({ on: true, for_s: 60 })
  await services.stop()
  expect(done.slice(-2)).toEqual(['node down', 'host down'])
  expect(clock.pending).toBe(0)
})
