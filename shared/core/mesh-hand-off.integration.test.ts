/** The hand-off that cannot double: wherever a link breaks, every message gets one answer and no run begins twice. */
import { describe, expect, it } from 'vitest'
import { inMesh, type MeshRig } from '../testing/mesh-rig.ts'
import type { Relay } from '../testing/relay.ts'
import { messageOf, type RigNode } from '../testing/rig-node.ts'

interface Scene {
  readonly mesh: MeshRig
  readonly relay: Relay
  /** Linked through the relay. */
  readonly mac: RigNode
}
const withMac = (test: (scene: Scene) => Promise<void>) =>
  inMesh(async (mesh) => {
    const relay = await mesh.relay()
    await test({ mesh, relay, mac: await mesh.node('mac', { relay }) })
  })

/** Moved because the link ended, not because an answer to the offer was waited for in vain. */
const expectMovedAtOnce = async (mesh: MeshRig, id: string): Promise<void> =>
  expect((await mesh.message(id)).attempts[0]?.error?.code).toBe('coordinator_unreachable')

const outcomes = async (mesh: MeshRig, id: string): Promise<unknown[]> =>
  (await mesh.message(id)).attempts.map(({ outcome, node_name, charged }) => [node_name, outcome, charged])

describe.concurrent('a link that is cut', () => {
  it(
    'before the offer arrives gives the message to the other node at once',
    withMac(async ({ mesh, mac }) => {
      const linux = await mesh.node('linux')
      linux.answerAll()
      linux.adapter.currentLoad = { running: 2, queued: 0, slots: 4 }
      linux.adapter.changed()
      await mesh.until(() => mesh.nodeNamed('linux')?.load.running === 2 || undefined)
      const cut = mac.tap.cutAt('offer')
      const id = await mesh.send('hello')
      await cut
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'linux: hello' })
      expect(await outcomes(mesh, id)).toEqual([
        ['mac', 'refused', false],
        ['linux', 'succeeded', true],
      ])
      await expectMovedAtOnce(mesh, id)
      expect(mac.adapter.begun).toEqual([])
    }),
  )

  it(
    'before accept leaves the message queued, and the same node takes it when it is back',
    withMac(async ({ mesh, mac }) => {
      mac.answerAll()
      const cut = mac.tap.cutAt('accept')
      const id = await mesh.send('hello')
      await cut
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'mac: hello' })
      expect(await outcomes(mesh, id)).toEqual([
        ['mac', 'refused', false],
        ['mac', 'succeeded', true],
      ])
      await expectMovedAtOnce(mesh, id)
      expect(mac.adapter.begun).toEqual([`${id}.2`])
    }),
  )

  it(
    'between accept and start lets nothing begin: the node proves it when it is back',
    withMac(async ({ mesh, mac }) => {
      mac.answerAll()
      const cut = mac.tap.cutAt('start')
      const id = await mesh.send('hello')
      await cut
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'mac: hello' })
      expect(await outcomes(mesh, id)).toEqual([
        ['mac', 'never_began', false],
        ['mac', 'succeeded', true],
      ])
      expect(mac.adapter.begun).toEqual([`${id}.2`])
    }),
  )

  it(
    'just after start, before the node said that it has begun, leaves the one turn running',
    withMac(async ({ mesh, mac }) => {
      const cut = mac.tap.cutAt('begun')
      const id = await mesh.send('hello')
      await cut
      const turn = await mac.adapter.turns.next()
      expect((await mesh.reaches(id, 'running')).attempt).toBe(1)
      turn.emit({ type: 'done', text: 'once' })
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'once', attempt: 1 })
      expect(mac.adapter.begun).toEqual([`${id}.1`])
    }),
  )

  it(
    'while the turn runs loses nothing of the answer that came meanwhile',
    withMac(async ({ mesh, mac, relay }) => {
      const id = await mesh.send('hello')
      const turn = await mac.adapter.turns.next()
      await mesh.reaches(id, 'running')
      relay.cut()
      await mesh.sees('mac', { status: 'offline' })
      turn.emit({ type: 'delta', offset: 0, text: 'said in the dark' }, { type: 'done', text: 'said in the dark' })
      relay.mend()
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'said in the dark', attempt: 1 })
      expect(await outcomes(mesh, id)).toEqual([['mac', 'succeeded', true]])
    }),
  )

  it(
    'before the result passes has it sent again, and shown once',
    withMac(async ({ mesh, mac }) => {
      mac.answerAll()
      const cut = mac.tap.cutAt('result')
      const id = await mesh.send('hello')
      await cut
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'mac: hello', attempt: 1 })
    }),
  )

  it(
    'just before the result is acknowledged has it acknowledged on the next link, and forgotten',
    withMac(async ({ mesh, mac }) => {
      mac.answerAll()
      const cut = mac.tap.cutAt('result_ack')
      const id = await mesh.send('hello')
      await cut
      await mesh.reaches(id, 'succeeded')
      await mac.linked()
      // An answer to the next message comes after the acknowledgement of the one before.
      const next = await mesh.send('and again')
      await mesh.reaches(next, 'succeeded')
      await mesh.sees('mac', { in_flight: 0 })
      expect(mac.tap.passed.filter((type) => type === 'result')).toHaveLength(3)
      await mac.stop()
      await mac.start()
      await mac.linked()
      expect(await outcomes(mesh, id)).toEqual([['mac', 'succeeded', true]])
    }),
  )

  it(
    'again and again, under load on two nodes, ends every message with one answer',
    withMac(async ({ mesh, mac }) => {
      const linux = await mesh.node('linux')
      mac.answerAll()
      linux.answerAll()
      const frames = ['offer', 'accept', 'start', 'begun', 'result', 'result_ack'] as const
      const cuts = [mac, linux].flatMap(({ tap }) => frames.map((frame) => tap.cutAt(frame)))
      const ids = await Promise.all(Array.from({ length: 24 }, (_, n) => mesh.send(`message ${n}`)))
      for (const [n, id] of ids.entries())
        expect((await mesh.reaches(id, 'succeeded')).response).toMatch(new RegExp(`^(mac|linux): message ${n}$`))
      await Promise.all(cuts)
      const passed = [mac, linux].map(({ tap }) => tap.passed.filter((type) => type === 'hello').length)
      // Each cut ended a link of its own.
      expect(Math.min(...passed)).toBeGreaterThanOrEqual(frames.length)
    }),
  )
})

describe.concurrent('a half-open link', () => {
  it(
    'is given up within 8 s, and what had not started moves to the other node',
    withMac(async ({ mesh, mac, relay }) => {
      const linux = await mesh.node('linux')
      linux.answerAll()
      linux.adapter.currentLoad = { running: 3, queued: 0, slots: 4 }
      linux.adapter.changed()
      await mesh.until(() => mesh.nodeNamed('linux')?.load.running === 3 || undefined)
      const runs = await mesh.send('runs there')
      const turn = await mac.adapter.turns.next()
      await mesh.reaches(runs, 'running')

      const stalledAt = performance.now()
      relay.stall()
      const id = await mesh.send('not yet started')
      expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'linux: not yet started' })
      await mesh.sees('mac', { status: 'offline' })
      // 8 s, and what a busy machine needs to say so.
      expect(performance.now() - stalledAt).toBeLessThan(10_000)
      expect((await outcomes(mesh, id))[0]).toEqual(['mac', 'refused', false])

      turn.emit({ type: 'done', text: 'ran there' })
      expect((await mesh.message(runs)).state).toBe('running')
      relay.mend()
      expect(await mesh.reaches(messageOf(turn), 'succeeded')).toMatchObject({ response: 'ran there', attempt: 1 })
    }),
  )
})
