import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { CoordinatorFrame } from '../../contract/link.ts'
import { readCoordinatorFrame } from '../../contract/read-frame.ts'
import { Arrivals } from '../../testing/arrivals.ts'
import { capabilities } from '../../testing/builders.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { aHello, aResult } from '../../testing/fake-link.ts'
import { silentLog } from '../platform/log.ts'
import { type Coordinator, type CoordinatorOptions, startCoordinator } from './coordinator.ts'

let dir: string
const running: Coordinator[] = []
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'coordinator-'))
})
afterEach(async () => {
  for (const coordinator of running.splice(0)) await coordinator.stop()
  await rm(dir, { recursive: true, force: true })
})

const secrets = { adminToken: 'cm_admin_test', joinToken: 'cm_join_test', passwordHash: 'none' }
async function start(overrides: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
  const file = path.join(dir, 'coordinator.db')
  const options = { file, port: 0, secrets, version: '0.1.0', retentionDays: 30, log: silentLog, ...overrides }
  const coordinator = await startCoordinator(options)
  running.push(coordinator)
  return coordinator
}

async function call({ url }: Coordinator, method: string, where: string, token = secrets.adminToken, body?: object) {
  const reply = await fetch(url + where, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: reply.status, body: await reply.json() }
}

/** A node over a real socket that echoes what it is asked. */
async function joinEcho(coordinator: Coordinator) {
  const machine = { name: 'mac', proposed_id: 'node-1', capabilities: capabilities(), version: '0.1.0' }
  const { body } = await call(coordinator, 'POST', '/api/v1/nodes/register', secrets.joinToken, machine)
  const socket = new WebSocket(`${coordinator.url.replace('http', 'ws')}/ws/agent`, {
    headers: { authorization: `Bearer ${body.token}` },
  })
  const frames = new Arrivals<CoordinatorFrame>()
  const texts = new Map<string, string>()
  const say = (frame: object) => socket.send(JSON.stringify(frame))
  socket.on('message', (data: Buffer) => {
    const frame = readCoordinatorFrame(data.toString('utf8'))
    frames.push(frame)
    if (frame.type === 'offer') {
      texts.set(frame.message_id, frame.content)
      say({ type: 'accept', message_id: frame.message_id, attempt: frame.attempt })
    } else if (frame.type === 'start') {
      const ref = { message_id: frame.message_id, attempt: frame.attempt }
      say({ type: 'begun', ...ref })
      say({ ...aResult(ref), text: `echo: ${texts.get(ref.message_id)}` })
    }
  })
  await once(socket, 'open')
  say(aHello())
  await frames.next(({ type }) => type === 'welcome')
  return { socket, frames, closed: once(socket, 'close') }
}

it('takes a message from REST to a node and back', async () => {
  const coordinator = await start()
  expect((await fetch(`${coordinator.url}/readyz`)).status).toBe(200)
  await joinEcho(coordinator)
  const { status, body } = await call(coordinator, 'POST', '/api/v1/route', undefined, { content: 'Hello' })
  expect({ status, body }).toMatchObject({ status: 200, body: { node_id: 'node-1', response: 'echo: Hello' } })
  expect((await call(coordinator, 'GET', `/api/v1/messages/${body.message_id}`)).body.state).toBe('succeeded')
})

it('knows its nodes, tokens and messages again after a restart on the same port', async () => {
  const first = await start()
  const { closed, frames } = await joinEcho(first)
  const { body } = await call(first, 'POST', '/api/v1/route', undefined, { content: 'Hello' })
  await first.stop()
  expect(await frames.next(({ type }) => type === 'reject')).toMatchObject({
    final: false,
    error: { code: 'draining' },
  })
  await closed
  const second = await start({ port: first.port })
  expect(second.bootId).not.toBe(first.bootId)
  expect((await call(second, 'GET', '/api/v1/nodes')).body).toMatchObject([{ id: 'node-1', status: 'offline' }])
  expect((await call(second, 'GET', `/api/v1/messages/${body.message_id}`)).body.response).toBe('echo: Hello')
})

it('keeps what an admin set, and the tokens made for people, over a restart', async () => {
  const first = await start()
  const { closed } = await joinEcho(first)
  const disabled = await call(first, 'PATCH', '/api/v1/nodes/node-1', undefined, { admin: 'disabled', tags: ['fast'] })
  expect(disabled).toMatchObject({ status: 200, body: { id: 'node-1', condition: 'disabled' } })
  const made = await call(first, 'POST', '/api/v1/tokens', undefined, { scope: 'viewer', name: 'wall display' })
  expect(made.status).toBe(201)
  await first.stop()
  await closed
  const second = await start()
  expect(await call(second, 'GET', '/api/v1/nodes', made.body.token)).toMatchObject({
    status: 200,
    body: [{ id: 'node-1', admin: 'disabled', admin_tags: ['fast'], capabilities: { tags: [] } }],
  })
  expect((await call(second, 'GET', '/api/v1/session', made.body.token)).body.sender).toBe('wall display')
})

it('lets go of everything when its port is taken', async () => {
  const first = await start({ file: path.join(dir, 'first.db') })
  await expect(start({ port: first.port })).rejects.toMatchObject({ code: 'port_in_use' })
  // The database was closed again, or this would be already_running.
  await start()
})

it('refuses to share its database with another coordinator', async () => {
  await start()
  await expect(start()).rejects.toMatchObject({ code: 'already_running' })
})

it('forgets old messages by itself, and leaves no timer behind when it stops', async () => {
  const clock = fakeClock()
  const coordinator = await start({ clock, retentionDays: 1 })
  const { socket } = await joinEcho(coordinator)
  const { body } = await call(coordinator, 'POST', '/api/v1/route', undefined, { content: 'Hello' })
  socket.close()
  await once(socket, 'close')
  await clock.advance(24 * 3_600_000 + 3_600_000)
  await clock.settle()
  const { messages } = coordinator.services
  await expect(messages.get(body.message_id)).rejects.toMatchObject({ code: 'message_not_found' })
  await coordinator.stop()
  expect(clock.pending).toBe(0)
})

it('ends those who follow a message when it stops, and stops twice without harm', async () => {
  const coordinator = await start()
  const { socket } = await joinEcho(coordinator)
  socket.removeAllListeners('message')
  const { message } = await coordinator.services.messages.send(
    { content: 'Hello' },
    { scope: 'admin', sender: 'owner', tokenHash: 'x' },
  )
  const reply = await fetch(`${coordinator.url}/api/v1/messages/${message.id}`, {
    headers: { authorization: `Bearer ${secrets.adminToken}`, accept: 'text/event-stream' },
  })
  const text = reply.text()
  await Promise.all([coordinator.stop(), coordinator.stop()])
  expect(await text).toContain('message.queued')
})
