import { expect, it } from 'vitest'
import type { OpenView } from '../../shared/contract/ipc.ts'
import { MeshError } from '../../shared/contract/error.ts'
import { aDesktopState, fakeDesktop } from '../testing/fake-desktop.ts'
import { fakePage } from '../testing/fake-mesh.ts'
import { createDesktopStore } from './desktop.ts'

function setUp() {
  const desktop = fakeDesktop()
  const store = createDesktopStore(desktop.client)
  const opened: OpenView[] = []
  const stop = store.getState().start((view) => opened.push(view))
  return { ...desktop, store, opened, stop, state: () => store.getState() }
}
const settle = () => new Promise<void>((resolve) => setTimeout(resolve))

it('reads the app and follows what it tells, until stopped', async () => {
  const { state, push, stop, listening } = setUp()
  await settle()
  expect(state().state?.host.on).toBe(false)
  expect(state().settings?.node.name).toBe('')
  push.state(aDesktopState({ host: { on: true, url: 'http://localhost:9180' } }))
  expect(state().state?.host.url).toBe('http://localhost:9180')
  stop()
  expect(listening()).toBe(0)
})

it('does one thing at a time and shows what the app then is', async () => {
  const { state, calls, answer } = setUp()
  await settle()
  const waiting = Promise.withResolvers<unknown>()
  answer('desktop.host', () => waiting.promise)
  const first = state().setHost(true)
  expect(state().busy).toBe('desktop.host')
  expect(await state().setHost(false)).toBe(false)
  waiting.resolve(aDesktopState({ host: { on: true } }))
  expect(await first).toBe(true)
  expect(calls.filter(({ name }) => name === 'desktop.host')).toEqual([{ name: 'desktop.host', input: { on: true } }])
  expect([state().busy, state().state?.host.on]).toEqual([undefined, true])
})

it('says what was not done and why, and forgets it with the next try', async () => {
  const { state, answer } = setUp()
  await settle()
  answer('desktop.host', () => {
    throw new MeshError('port_in_use', 'Port 9180 is taken.')
  })
  expect(await state().setHost(true)).toBe(false)
  expect(state().failed).toMatchObject({ call: 'desktop.host', error: { code: 'port_in_use' } })
  answer('desktop.host', () => aDesktopState())
  await state().setHost(true)
  expect(state().failed).toBeUndefined()
})

it('keeps a gateway that was found, or why there is none', async () => {
  const { state, answer } = setUp()
  await settle()
  answer('desktop.find_gateway', () => ({ problem: { code: 'gateway_not_found', message: 'None.' } }))
  await state().findGateway()
  expect(state().found?.problem?.code).toBe('gateway_not_found')
  answer('desktop.find_gateway', () => ({ adapter: 'openclaw-rpc', state: 'ok' }))
  await state().findGateway()
  expect(state().found).toEqual({ gateway: { adapter: 'openclaw-rpc', state: 'ok' } })
})

it('hears where to go and which link was opened', async () => {
  const { state, push, opened } = setUp()
  await settle()
  push.open({ view: 'messages', node_id: 'node-1' })
  push.link({ link: { coordinator_url: 'https://mesh.example' } })
  expect(opened).toEqual([{ view: 'messages', node_id: 'node-1' }])
  expect(state().link?.link?.coordinator_url).toBe('https://mesh.example')
  state().closeLink()
  expect(state().link).toBeUndefined()
})

it('lets the page follow the coordinator of the app, another one after it, and none', async () => {
  const desktop = fakeDesktop()
  const { mesh, stop } = fakePage({ desktop: desktop.client })
  await settle()
  expect(mesh.feeds).toHaveLength(0)
  const works = (coordinator_url: string) => aDesktopState({ window: { coordinator_url, scope: 'admin' } })
  desktop.push.state(works('http://localhost:1'))
  expect(mesh.feeds.map(({ open }) => open)).toEqual([true])
  desktop.push.state(works('http://localhost:2'))
  expect(mesh.feeds.map(({ open }) => open)).toEqual([false, true])
  desktop.push.state(aDesktopState())
  expect(mesh.feeds.map(({ open }) => open)).toEqual([false, false])
  stop()
})
