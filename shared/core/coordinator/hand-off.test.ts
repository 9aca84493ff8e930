import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aLoad, capabilities } from '../../testing/builders.ts'
import { CoordinatorRig } from '../../testing/coordinator-rig.ts'

let rig: CoordinatorRig
beforeEach(async () => {
  rig = await CoordinatorRig.start()
})
afterEach(() => rig.stop())

const types = () => rig.events.map(({ type }) => type).filter((type) => type.startsWith('message.'))

describe('a message on its way', () => {
  it('is offered, started, run and answered, each step told and the result acknowledged', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send({ content: 'What time is it?', timeout_s: 60 })
    const offer = await node.next('offer')
    expect(offer).toMatchObject({ message_id: id, attempt: 1, content: 'What time is it?', context: [], timeout_s: 60 })
    expect(rig.services.nodes.get('node-1').in_flight).toBe(1)
    node.accept(offer)
    const start = await node.next('start')
    expect((await rig.store.get(id))?.state).toBe('started')
    node.begun(start)
    await rig.inState(id, 'running')
    node.result(start, { text: 'Noon.' })
    expect(await node.next('result_ack')).toMatchObject({ message_id: id, attempt: 1 })
    expect(await rig.services.messages.get(id)).toMatchObject({
      state: 'succeeded',
      response: 'Noon.',
      node_id: 'node-1',
      attempts: [{ number: 1, outcome: 'succeeded', node_name: 'node-1' }],
      decision: { outcome: 'chosen', node_id: 'node-1' },
    })
    expect(types()).toEqual([
      'message.queued',
      'message.offered',
      'message.started',
      'message.running',
      'message.succeeded',
    ])
    expect(rig.services.nodes.get('node-1').in_flight).toBe(0)
  })

  it('goes to the next node when one refuses', async () => {
    const one = await rig.node('node-1')
    const two = await rig.node('node-2', { load: aLoad({ running: 3 }) })
    const { id } = await rig.send()
    const error = { code: 'gateway_down', message: 'The gateway does not answer.' } as const
    one.say({ type: 'refuse', message_id: id, attempt: (await one.next('offer')).attempt, error })
    const ref = await two.answer('Here I am.')
    expect(ref.attempt).toBe(2)
    const message = await rig.services.messages.get(id)
    expect(message.attempts.map(({ outcome }) => outcome)).toEqual(['refused', 'succeeded'])
    expect(message.decision?.nodes.find(({ node_id }) => node_id === 'node-1')?.reasons[0]).toMatchObject({
      code: 'refused',
      detail: 'The gateway does not answer.',
    })
  })

  it('asks the only node again after a while when it refused', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const offer = await node.next('offer')
    node.say({
      type: 'refuse',
      message_id: id,
      attempt: 1,
      error: { code: 'gateway_draining', message: 'Restarting.' },
    })
    const waiting = await rig.when(id, (message) => message.waiting !== undefined)
    expect(waiting).toMatchObject({ state: 'queued', waiting: { reason: 'backoff', position: 1 } })
    await rig.clock.advance(2_000)
    expect(await node.next('offer')).toMatchObject({ message_id: offer.message_id, attempt: 2 })
  })

  it('is taken back from a node that does not answer its offer, and the node is told', async () => {
    const silent = await rig.node('node-1')
    const other = await rig.node('node-2', { load: aLoad({ running: 3 }) })
    const { id } = await rig.send()
    const offer = await silent.next('offer')
    await rig.clock.advance(5_000)
    expect(await silent.next('cancel')).toMatchObject({ message_id: id, attempt: 1, reason: 'cancelled' })
    await other.answer('Done.')
    silent.accept(offer)
    await rig.settle()
    expect(silent.sentOf('start')).toEqual([])
    expect((await rig.services.messages.get(id)).state).toBe('succeeded')
  })

  it('is never started on two nodes, nor beyond the slots: 40 messages over two nodes of four slots', async () => {
    const nodes = [await rig.node('node-1'), await rig.node('node-2')]
    const sent = await Promise.all(Array.from({ length: 40 }, () => rig.send()))
    let most = 0
    for (let done = 0; done < 40;) {
      await rig.settle()
      const held = nodes.map(() => 0)
      for (const [at, node] of nodes.entries()) {
        const acknowledged = new Set(node.sentOf('result_ack').map(({ message_id }) => message_id))
        const open = node.sentOf('offer').filter(({ message_id }) => !acknowledged.has(message_id))
        held[at] = open.length
        expect(rig.services.nodes.get(`node-${at + 1}`)).toMatchObject({ in_flight: open.length, status: 'busy' })
        for (const offer of open) node.accept(offer)
        await rig.settle()
        for (const offer of open) node.begun(offer)
        for (const offer of open) node.result(offer, { text: 'ok' })
        done += open.length
        if (done === 40) break
      }
      most = Math.max(most, ...held)
    }
    await rig.settle()
    expect(most).toBe(4)
    const offered = nodes.flatMap((node) => node.sentOf('offer').map(({ message_id }) => message_id))
    expect(offered.toSorted()).toEqual(sent.map(({ id }) => id).toSorted())
    for (const { id } of sent) expect((await rig.services.messages.get(id)).state).toBe('succeeded')
  })

  it('arrives whole when the answer has a megabyte in parts', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    const texts = Array.from({ length: 16 }, (_, part) => String.fromCharCode(97 + part).repeat(65_536))
    for (const [part, text] of texts.entries()) node.result(ref, { part, parts: 16, text })
    await node.next('result_ack')
    expect((await rig.services.messages.get(id)).response).toBe(texts.join(''))
  })

  it('is tried elsewhere when an attempt failed without effect', async () => {
    const one = await rig.node('node-1')
    const two = await rig.node('node-2', { load: aLoad({ running: 3 }) })
    const { id } = await rig.send()
    const error = { code: 'gateway_down', message: 'It went away.' } as const
    one.result(await one.takeStart(), { outcome: 'failed', text: '', began: false, effects: 'none', error })
    await rig.inState(id, 'queued')
    await rig.clock.advance(2_000)
    await two.answer('Done.')
    expect((await rig.services.messages.get(id)).attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'succeeded',
    ])
  })

  it('expires when its turn takes too long, and the node is told to stop', async () => {
    const node = await rig.node('node-1', { load: aLoad({ slots: 1 }) })
    const { id } = await rig.send({ timeout_s: 30 })
    const ref = await node.takeTurn()
    await rig.clock.advance(30_000)
    expect(await node.next('cancel')).toMatchObject({ message_id: id, reason: 'expired' })
    expect(await rig.services.messages.get(id)).toMatchObject({ state: 'expired', error: { code: 'message_expired' } })
    // The slot is free again only when the node says that it has stopped.
    const next = await rig.send()
    await rig.settle()
    expect(node.sentOf('offer')).toHaveLength(1)
    node.result(ref, { outcome: 'cancelled' })
    expect((await node.next('result_ack')).message_id).toBe(id)
    expect(await node.next('offer')).toMatchObject({ message_id: next.id })
  })
})

describe('cancel', () => {
  const cancel = (id: string) => rig.services.messages.cancel(id)

  it('ends a queued message at once', async () => {
    await rig.node('node-1', { load: aLoad({ slots: 0 }) })
    const { id } = await rig.send()
    expect((await cancel(id)).state).toBe('cancelled')
  })

  it('ends an offered message at once and takes the offer back', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const offer = await node.next('offer')
    expect((await cancel(id)).state).toBe('cancelled')
    expect(await node.next('cancel')).toMatchObject({ message_id: id, attempt: 1 })
    node.accept(offer)
    await rig.settle()
    expect(node.sentOf('start')).toEqual([])
  })

  it('keeps back the start when it comes while that is being committed', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    node.accept(await node.next('offer'))
    const cancelling = cancel(id)
    expect((await rig.inState(id, 'cancelled')).attempts[0]?.outcome).toBe('never_began')
    await cancelling
    await node.next('cancel')
    expect(node.sentOf('start')).toEqual([])
  })

  it('waits for the node to confirm when the turn runs', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    await rig.inState(id, 'running')
    expect(await cancel(id)).toMatchObject({ state: 'running', cancel_requested_at: expect.any(String) })
    expect(await node.next('cancel')).toEqual({ type: 'cancel', ...ref, reason: 'cancelled' })
    node.result(ref, { outcome: 'cancelled', text: 'So far' })
    await node.next('result_ack')
    expect((await rig.services.messages.get(id)).state).toBe('cancelled')
  })

  it('names the end that came first', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    await node.answer('Done.')
    await expect(cancel(id)).rejects.toMatchObject({ code: 'message_ended', details: { state: 'succeeded' } })
  })
})

describe('frames that are not due', () => {
  it('are ignored: accept of nothing, begun before start, delta before begun', async () => {
    const node = await rig.node('node-1')
    node.accept({ message_id: 'msg-none', attempt: 1 })
    const { id } = await rig.send()
    const offer = await node.next('offer')
    node.begun(offer)
    node.delta(offer, 0, 'too early')
    await rig.settle()
    expect((await rig.services.messages.get(id)).state).toBe('offered')
    node.accept(offer)
    node.accept(offer)
    node.delta(await node.next('start'), 0, 'too early')
    await rig.settle()
    expect(node.sentOf('start')).toHaveLength(1)
    expect(node.closed).toBe(false)
  })

  it('of another node change nothing', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.takeTurn()
    const other = await rig.node('node-2')
    other.result(ref, { text: 'Mine!' })
    await other.next('result_ack')
    expect((await rig.inState(id, 'running')).response).toBeUndefined()
  })

  it('a result for a message that nobody remembers is acknowledged', async () => {
    const node = await rig.node('node-1')
    node.result({ message_id: 'msg-forgotten', attempt: 3 })
    expect(await node.next('result_ack')).toEqual({ type: 'result_ack', message_id: 'msg-forgotten', attempt: 3 })
  })

  it('a result told twice is acknowledged twice and changes nothing', async () => {
    const node = await rig.node('node-1')
    const { id } = await rig.send()
    const ref = await node.answer('First.')
    node.result(ref, { text: 'Second.' })
    await node.next('result_ack')
    expect((await rig.services.messages.get(id)).response).toBe('First.')
  })
})

it('prefers nothing to a node that lacks what is required', async () => {
  const plain = await rig.node('node-1')
  const gpu = await rig.node('node-2', {
    capabilities: capabilities({ gpu: true, gpus: [{ name: 'Card', vram_gb: 24 }] }),
    load: aLoad({ running: 3 }),
  })
  await rig.send({ requires: { gpu: true } })
  await gpu.answer('Done.')
  expect(plain.sentOf('offer')).toEqual([])
})
