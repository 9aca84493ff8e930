import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import type { DesktopCallName } from '../../shared/contract/desktop.ts'
import { silentLog } from '../../shared/core/platform/log.ts'
import { answerCall, type Door } from './answer-call.ts'
import { desktopDoor, type DesktopHandlers } from './handlers/desktop.ts'
import { meshDoor } from './handlers/mesh.ts'
import { isTrusted } from './trusted-sender.ts'

const page = { url: 'app://claw-mesh/index.html#/nodes', parent: null }
const none: Door = async () => undefined
const call = (request: unknown, doors: Partial<Record<'mesh' | 'desktop' | 'feed', Door>> = {}, frame: object = page) =>
  answerCall(frame as typeof page, request, {
    log: silentLog,
    doors: { mesh: none, desktop: none, feed: none, ...doors },
  })

it.each([
  [null],
  [{ url: 'https://claw-mesh/', parent: null }],
  [{ url: 'app://other/', parent: null }],
  [{ url: 'app://claw-mesh.evil/', parent: null }],
  [{ url: 'app://user@claw-mesh/', parent: null }],
  [{ url: 'app://claw-mesh/', parent: {} }],
  [{ url: '', parent: null }],
])('trusts only the top frame of its own page, not %j', async (frame) => {
  expect(isTrusted(frame)).toBe(false)
  let asked = 0
  const reply = await answerCall(
    frame,
    { door: 'mesh', name: 'x', input: {} },
    {
      log: silentLog,
      doors: { mesh: async () => asked++, desktop: none, feed: none },
    },
  )
  expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(asked).toBe(0)
})

it.each([
  [undefined],
  ['x'],
  [{ door: 'mesh', name: 'x' }],
  [{ door: 'files', name: 'x', input: {} }],
  [{ door: 'mesh', name: 'x', input: [] }],
])('answers %j instead of dropping it', async (request) =>
  expect(await call(request)).toMatchObject({ ok: false, error: { code: 'invalid_input' } }),
)

it('keeps code, hint and details of an error, and tells nothing of one that is not ours', async () => {
  const failing = (error: Error) => call({ door: 'mesh', name: 'x', input: {} }, { mesh: () => Promise.reject(error) })
  const ours = new MeshError('node_not_found', 'No node.', { hint: 'List them.', details: { id: 'a' } })
  expect(await failing(ours)).toEqual({ ok: false, error: ours.toBody() })
  const reply = await failing(new Error('secret path'))
  expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } })
  expect(JSON.stringify(reply)).not.toContain('secret')
})

const desktop = (part: Partial<DesktopHandlers>) => desktopDoor(part as DesktopHandlers)

it('checks desktop calls both ways', async () => {
  const door = desktop({
    'desktop.join_link': async () => ({ nonsense: true }) as never,
    'desktop.host': async () => ({}) as never,
  })
  await expect(door('desktop.host', { on: 'yes' })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(door('desktop.host', { on: true })).rejects.toMatchObject({ code: 'internal' })
  await expect(door('desktop.join_link', {})).rejects.toMatchObject({ code: 'internal' })
  for (const name of ['desktop.quit', '__proto__', 'constructor'] as unknown as DesktopCallName[])
    await expect(door(name, {})).rejects.toMatchObject({ code: 'route_not_found' })
})

function mesh(respond: () => Response) {
  const seen: { url: string; init: RequestInit }[] = []
  const door = meshDoor({
    access: () => ({ url: 'http://127.0.0.1:9180', token: 'secret' }),
    fetch: async (url, init = {}) => {
      seen.push({ url: url as string, init })
      return respond()
    },
  })
  return { door, seen }
}

it('calls the coordinator with the token it keeps, and does not wait for answers of messages', async () => {
  const { door, seen } = mesh(() => Response.json({ message_id: 'msg-1', url: '/x' }, { status: 202 }))
  expect(await door('messages.send', { content: 'hi' })).toEqual({ message_id: 'msg-1', url: '/x' })
  expect(seen[0]?.url).toBe('http://127.0.0.1:9180/api/v1/route')
  expect(seen[0]?.init.headers).toMatchObject({ authorization: 'Bearer secret', prefer: 'respond-async' })
})

it('checks mesh calls both ways, and knows none that are not the window’s', async () => {
  const { door, seen } = mesh(() => Response.json([{ id: 'node-1' }]))
  await expect(door('nodes.get', { node_id: 7 })).rejects.toMatchObject({ code: 'invalid_input' })
  for (const name of ['nodes.register', 'session.login', 'session.logout', 'toString'])
    await expect(door(name, {})).rejects.toMatchObject({ code: 'route_not_found' })
  expect(seen).toEqual([])
  await expect(door('nodes.list', {})).rejects.toMatchObject({ code: 'protocol_mismatch' })
})

it('says what to do when there is no coordinator to work on', async () => {
  const door = meshDoor({ access: () => undefined })
  await expect(door('nodes.list', {})).rejects.toMatchObject({ code: 'coordinator_unreachable' })
})

it('gives the coordinator’s own reasons on', async () => {
  const { door } = mesh(() => Response.json({ error: { code: 'forbidden', message: 'Needs admin.' } }, { status: 403 }))
  await expect(door('nodes.list', {})).rejects.toMatchObject({ code: 'forbidden', message: 'Needs admin.' })
})
