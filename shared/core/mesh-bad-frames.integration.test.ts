/** Bad input at the socket doors of a running coordinator, from strangers and from a node that has a token. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../contract/error.ts'
import { linkProtocol, maxFrameBytes } from '../contract/limits.ts'
import type { AgentFrame, CoordinatorFrame, Hello } from '../contract/link.ts'
import type { Registered } from '../contract/node.ts'
import { Arrivals } from '../testing/arrivals.ts'
import { aLoad, capabilities } from '../testing/builders.ts'
import { adminToken, joinToken } from '../testing/door-bench.ts'
import { MeshRig } from '../testing/mesh-rig.ts'

let mesh: MeshRig
let hostile: Registered

beforeAll(async () => {
  mesh = await MeshRig.start()
  const mac = await mesh.node('mac')
  mac.answerAll()
  const body = { name: 'hostile', capabilities: capabilities({ tags: ['hostile'] }), version: '0.1.0' }
  hostile = (await mesh.ask<Registered>('POST', '/api/v1/nodes/register', { body, token: joinToken })).body
})
afterAll(() => mesh.stop())

/** After every attack the mesh still works for others. */
afterEach(async () => {
  const id = await mesh.send({ content: 'still there?', requires: { node: 'mac' } })
  expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'mac: still there?' })
})

class RawLink {
  readonly socket: WebSocket
  readonly closed: Promise<unknown>
  readonly #frames = new Arrivals<CoordinatorFrame>()

  constructor(token: string) {
    this.socket = mesh.socket('/ws/agent', { authorization: `Bearer ${token}` })
    this.socket.on('message', (data: Buffer) => this.#frames.push(JSON.parse(data.toString()) as CoordinatorFrame))
    this.closed = once(this.socket, 'close')
  }

  async next<T extends CoordinatorFrame['type']>(type: T): Promise<Extract<CoordinatorFrame, { type: T }>> {
    return (await this.#frames.next((frame) => frame.type === type)) as Extract<CoordinatorFrame, { type: T }>
  }

  send(frame: AgentFrame | Record<string, unknown>): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** Open, and greeted if the hello is a good one. */
  async greet(hello: Partial<Hello> = {}): Promise<this> {
    await once(this.socket, 'open')
    this.send({ ...aHello(), ...hello })
    return this
  }

  async leave(): Promise<void> {
    this.socket.terminate()
    await mesh.sees('hostile', { status: 'offline' })
  }
}

const aHello = (): Hello => ({
  type: 'hello',
  protocol: linkProtocol,
  node_id: hostile.node_id,
  name: 'hostile',
  instance: randomBytes(4).toString('hex'),
  host_boot_id: 'boot-1',
  journal_id: 'journal-1',
  version: '0.1.0',
  capabilities: capabilities({ tags: ['hostile'] }),
  gateway: { adapter: 'demo', state: 'ok' },
  load: aLoad(),
  begun: [],
  results: [],
})

describe('an upgrade', () => {
  const refused = async (route: string, token?: string): Promise<{ status: number | undefined; code: ErrorCode }> => {
    const socket = mesh.socket(route, token === undefined ? {} : { authorization: `Bearer ${token}` })
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    return { status: response.statusCode, code: (JSON.parse(text) as { error: { code: ErrorCode } }).error.code }
  }

  it('to an unknown path, or of a link without a node’s token, is refused with a typed error', async () => {
    expect(await refused('/ws/nowhere', adminToken)).toEqual({ status: 404, code: 'route_not_found' })
    expect(await refused('/ws/agent')).toEqual({ status: 401, code: 'unauthorized' })
    expect(await refused('/ws/agent', 'cm_node_guess')).toEqual({ status: 401, code: 'unauthorized' })
    expect(await refused('/ws/agent', adminToken)).toEqual({ status: 403, code: 'forbidden' })
    expect(await refused('/ws/agent', joinToken)).toEqual({ status: 403, code: 'forbidden' })
    expect(await refused('/ws/events', hostile.token)).toEqual({ status: 403, code: 'forbidden' })
    expect(await refused(`/ws/events?token=${adminToken}`)).toEqual({ status: 400, code: 'invalid_input' })
  })

  it('to the events without a token is closed unless a good one comes as first frame', async () => {
    const socket = mesh.socket('/ws/events')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'auth', token: 'cm_admin_guess' }))
    const [data] = (await once(socket, 'message')) as [Buffer]
    expect(JSON.parse(data.toString())).toMatchObject({ type: 'error', error: { code: 'unauthorized' } })
    expect((await once(socket, 'close'))[0]).toBe(4401)
  })

  it('to the events that then sends nonsense is told so and closed', async () => {
    const socket = mesh.socket('/ws/events', { authorization: `Bearer ${adminToken}` })
    await once(socket, 'message')
    const told = new Promise((resolve) =>
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { type: string }
        if (frame.type === 'error') resolve(frame)
      }),
    )
    socket.send('not json')
    expect(await told).toMatchObject({ error: { code: 'bad_frame' } })
    expect((await once(socket, 'close'))[0]).toBe(4400)
  })
})

describe('a link whose first frame', () => {
  it.each<[string, () => string | Buffer, string]>([
    ['is not JSON', () => '{"type": "hel', 'frame'],
    ['is binary', () => Buffer.from(JSON.stringify(aHello())), 'frame'],
    ['is of no known type', () => JSON.stringify({ type: 'greetings' }), 'type'],
    ['is not hello', () => JSON.stringify({ type: 'accept', message_id: 'm', attempt: 1 }), 'hello'],
    ['has an unknown field', () => JSON.stringify({ ...aHello(), colour: 'red' }), 'colour'],
    ['lacks a field', () => JSON.stringify({ ...aHello(), instance: undefined }), 'instance'],
    [
      'has a wrong type deep inside',
      () => JSON.stringify({ ...aHello(), load: { ...aLoad(), cpu: 'hot' } }),
      'load.cpu',
    ],
  ])('%s is told what is wrong with it, and closed', async (_, frame, named) => {
    const link = new RawLink(hostile.token)
    await once(link.socket, 'open')
    link.socket.send(frame())
    const { error, final } = await link.next('reject')
    expect(error.code).toBe('bad_frame')
    expect(error.message).toContain(named)
    expect(final).toBe(false)
    await link.closed
  })

  it('speaks for another node, or another version of the protocol, is turned down for good', async () => {
    const mac = mesh.nodeNamed('mac')!
    const impostor = await new RawLink(hostile.token).greet({ node_id: mac.id })
    expect(await impostor.next('reject')).toMatchObject({ error: { code: 'forbidden' }, final: true })
    const modern = await new RawLink(hostile.token).greet({ protocol: linkProtocol + 1 })
    expect(await modern.next('reject')).toMatchObject({ error: { code: 'protocol_mismatch' }, final: true })
    expect(mesh.nodeNamed('mac')).toMatchObject({ id: mac.id, status: 'online' })
  })
})

describe('a node that is linked', () => {
  let link: RawLink
  beforeEach(async () => {
    link = await new RawLink(hostile.token).greet()
    await link.next('welcome')
  })
  afterEach(() => link.leave())

  it('and says hello twice, or sends frames about what it was never given, is not listened to', async () => {
    const id = await mesh.send({ content: 'for mac', requires: { node: 'mac' } })
    await mesh.reaches(id, 'succeeded')
    const ref = { message_id: id, attempt: 1 }
    const result = { type: 'result', ...ref, part: 0, parts: 1, outcome: 'succeeded', began: true, effects: 'none' }
    link.send(aHello())
    for (const type of ['accept', 'begun']) link.send({ type, ...ref })
    link.send({ type: 'delta', ...ref, offset: 0, text: 'forged' })
    link.send({ ...result, text: 'forged' })
    // It is acknowledged, so that a node does not keep it for ever; so all of the frames have been taken.
    await link.next('result_ack')
    expect(await mesh.message(id)).toMatchObject({ state: 'succeeded', response: 'mac: for mac', node_name: 'mac' })
    link.send({ ...result, message_id: 'msg-of-nobody', text: 'forged' })
    await link.next('result_ack')
    expect(mesh.nodeNamed('hostile')?.status).toBe('online')
  })

  it('and answers before start, or ends a turn with parts that do not fit, cannot end a message with it', async () => {
    const id = await mesh.send({ content: 'for you', requires: { node: 'hostile' } })
    const ref = { message_id: id, attempt: (await link.next('offer')).attempt }
    const result = { type: 'result', ...ref, outcome: 'succeeded', began: true, effects: 'none', text: 'too soon' }
    link.send({ ...result, part: 0, parts: 1 })
    link.send({ type: 'begun', ...ref })
    await link.next('result_ack')
    link.send({ type: 'accept', ...ref })
    await link.next('start')
    link.send({ type: 'begun', ...ref })
    await mesh.reaches(id, 'running')
    link.send({ ...result, text: 'part', part: 1, parts: 2 })
    expect((await link.next('reject')).error).toMatchObject({ code: 'bad_frame', hint: expect.any(String) })
    await link.closed
    expect((await mesh.message(id)).state).toBe('running')

    const again = await new RawLink(hostile.token).greet({ begun: [ref] })
    await again.next('welcome')
    again.send({ ...result, text: 'proper', part: 0, parts: 1 })
    await again.next('result_ack')
    expect(await mesh.message(id)).toMatchObject({ state: 'succeeded', response: 'proper', attempt: 1 })
    again.socket.terminate()
  })

  it('and sends a frame larger than any may be loses its link', async () => {
    link.socket.send(Buffer.alloc(maxFrameBytes + 1, 'x').toString())
    await link.closed
  })

  it('and sends nonsense in the middle of everything loses its link with the reason', async () => {
    link.send({ type: 'heartbeat', load: { ...aLoad(), running: -1 }, gateway: { adapter: 'demo', state: 'ok' } })
    expect((await link.next('reject')).error.message).toContain('load.running')
    await link.closed
  })

  it('and accepts without ever beginning is asked again when its link is gone, not believed for ever', async () => {
    const id = await mesh.send({ content: 'tag', requires: { tag: 'hostile' } })
    const ref = { message_id: id, attempt: (await link.next('offer')).attempt }
    link.send({ type: 'accept', ...ref })
    await link.next('start')
    await link.leave()
    const honest = await mesh.node('honest', { tags: ['hostile'] })
    honest.answerAll()
    link = await new RawLink(hostile.token).greet({ load: aLoad({ running: 4 }) })
    await link.next('welcome')
    const { attempts } = await mesh.reaches(id, 'succeeded')
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['never_began', 'succeeded'])
    await honest.stop()
  })
})
