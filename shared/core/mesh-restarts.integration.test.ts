/** What survives when a process ends: the coordinator's, or a node agent's, with messages at every stage. */
import { afterEach, describe, expect, it } from 'vitest'
import type { RouteReply } from '../contract/message.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import { messageOf } from '../testing/rig-node.ts'

let mesh: MeshRig
afterEach(async () => {
  mesh.expectEachRunOnce()
  await mesh.stop()
})

describe('a coordinator that starts again on its file', () => {
  it('ends messages that were queued, running, and answered while it was away, each by one run', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    mac.adapter.currentLoad = { running: 0, queued: 0, slots: 2 }
    mac.adapter.changed()
    await mesh.until(() => mesh.nodeNamed('mac')?.load.slots === 2 || undefined)
    const runs = await mesh.send('runs on')
    const running = await mac.adapter.turns.next()
    const ends = await mesh.send('ends meanwhile')
    const ending = await mac.adapter.turns.next()
    await mesh.reaches(ends, 'running')
    const waits = await mesh.send('waits for a slot')
    await mesh.until(async () => (await mesh.message(waits)).waiting?.reason)

    await mesh.coordinator.stop()
    await mac.state(({ status }) => status === 'connecting')
    ending.emit({ type: 'done', text: 'ended meanwhile' })
    await mesh.startCoordinator()

    expect(await mesh.reaches(ends, 'succeeded')).toMatchObject({ response: 'ended meanwhile', attempt: 1 })
    const waited = await mac.adapter.turns.next()
    expect(messageOf(waited)).toBe(waits)
    waited.emit({ type: 'done', text: 'had its turn' })
    running.emit({ type: 'done', text: 'ran on' })
    expect(await mesh.reaches(waits, 'succeeded')).toMatchObject({ response: 'had its turn', attempt: 1 })
    expect(await mesh.reaches(runs, 'succeeded')).toMatchObject({ response: 'ran on', attempt: 1 })
  })

  it('acknowledges a result that it had written, but not acknowledged, before', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    mac.answerAll()
    const cut = mac.tap.cutAt('result_ack')
    const id = await mesh.send('hello')
    await cut
    await mesh.reaches(id, 'succeeded')
    await mesh.coordinator.stop()
    await mesh.startCoordinator()
    await mesh.sees('mac', { status: 'online' })
    // The next answer goes out after the old one, so that one has been dealt with.
    await mesh.reaches(await mesh.send('again'), 'succeeded')
    expect(await mesh.message(id)).toMatchObject({ state: 'succeeded', response: 'mac: hello' })
    expect((await mesh.message(id)).attempts).toHaveLength(1)
  })

  it('offers again what no node had been told to start', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    const cut = mac.tap.cutAt('offer')
    const id = await mesh.send('hello')
    await cut
    await mesh.coordinator.stop()
    mac.answerAll()
    await mesh.startCoordinator()
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'mac: hello' })
  })

  it('knows an idempotency key, and a stored answer, from before', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    mac.answerAll()
    const body = { content: 'only once', idempotency_key: 'key-1' }
    const first = await mesh.ask<RouteReply>('POST', '/api/v1/route', { body })
    await mesh.coordinator.stop()
    await mesh.startCoordinator()
    expect((await mesh.ask('POST', '/api/v1/route', { body })).body).toEqual(first.body)
    expect(mac.adapter.begun).toHaveLength(1)
  })

  it('calls a message interrupted when its node stays away, and still takes its late answer', async () => {
    mesh = await MeshRig.start({ interruptedAfterMs: 300 })
    const mac = await mesh.node('mac')
    const id = await mesh.send('hello')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    await mac.stop()
    await mesh.coordinator.stop()
    await mesh.startCoordinator()
    const interrupted = await mesh.reaches(id, 'interrupted')
    expect(interrupted.error).toMatchObject({ code: 'message_interrupted', hint: expect.any(String) })

    await mac.start()
    const settling = await mac.adapter.settlings.next()
    expect(settling.attempt.run_id).toBe(turn.attempt.run_id)
    settling.answer({ state: 'succeeded', text: 'late, but whole' })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'late, but whole', attempt: 1 })
  })
})

describe('a node agent that starts again on its folder', () => {
  it('settles the turn that it had begun with the gateway, and reports how it ended', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    const id = await mesh.send('hello')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    await mac.stop()
    await mesh.sees('mac', { status: 'offline' })
    expect(turn.signal.aborted).toBe(false)

    await mac.start()
    const settling = await mac.adapter.settlings.next()
    expect(settling.attempt).toEqual({ run_id: `${id}.1`, session: turn.attempt.session })
    expect((await mesh.message(id)).state).toBe('running')
    settling.answer({ state: 'succeeded', text: 'finished without us' })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'finished without us', attempt: 1 })
  })

  it('has the message run anew when the gateway says that the turn never began', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    const id = await mesh.send('hello')
    await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    await mac.stop()
    await mac.start()
    mac.answerAll()
    const settling = await mac.adapter.settlings.next()
    settling.answer({ state: 'never_began' })
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'mac: hello', attempt: 2 })
    expect(mac.adapter.begun).toEqual([`${id}.1`, `${id}.2`])
  })

  it('delivers an answer that it could not deliver before', async () => {
    mesh = await MeshRig.start()
    const relay = await mesh.relay()
    const mac = await mesh.node('mac', { relay })
    const id = await mesh.send('hello')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    relay.cut()
    await mac.state(({ status }) => status === 'connecting')
    turn.emit({ type: 'done', text: 'kept on disk' })
    // The agent writes it in the promise callbacks that follow, before anything else can happen.
    await new Promise((resolve) => setImmediate(resolve))
    await mac.stop()
    relay.mend()
    await mac.start()
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'kept on disk', attempt: 1 })
  })

  it('leaves a message it was only offered to the other node', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    const cut = mac.tap.cutAt('start')
    const id = await mesh.send('hello')
    await cut
    const [linux] = await Promise.all([mesh.node('linux'), mac.stop()])
    linux.answerAll()
    await mac.start()
    mac.answerAll()
    const { response, attempts } = await mesh.reaches(id, 'succeeded')
    expect(response).toMatch(/^(mac|linux): hello$/)
    expect(attempts[0]).toMatchObject({ outcome: 'never_began', charged: false })
  })

  it('on a machine that lost power cannot vouch for a turn: the message is interrupted, not rerun', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.node('mac')
    const cut = mac.tap.cutAt('start')
    const id = await mesh.send('hello')
    await cut
    await mac.stop()
    const rebooted = await mesh.machine('mac', { hostBootId: 'boot-2' })
    await rebooted.identity.write((await mac.identity.read())!)
    await rebooted.start()
    expect((await mesh.reaches(id, 'interrupted')).error).toMatchObject({ code: 'message_interrupted' })
    expect(rebooted.adapter.begun).toEqual([])
  })
})
