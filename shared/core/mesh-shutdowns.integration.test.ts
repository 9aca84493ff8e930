/** Shutdowns in order, of node, gateway and coordinator: what they lose is charged to no message, and nothing waits for a retry. */
import { describe, expect, it } from 'vitest'
import type { MessageEvent } from '../contract/event.ts'
import { inMesh, type MeshRig } from '../testing/mesh-rig.ts'

const tries = async (mesh: MeshRig, id: string): Promise<unknown[]> =>
  (await mesh.message(id)).attempts.map(({ node_name, charged }) => [node_name, charged])

/** Reasons for waiting that the message was ever told with. */
const waits = (mesh: MeshRig, id: string): unknown[] =>
  (mesh.coordinator.services.events.since(0) ?? [])
    .filter((event): event is MessageEvent => event.type === 'message.waiting')
    .filter(({ data }) => data.message.id === id)
    .map(({ data }) => data.message.waiting?.reason)

describe.concurrent('nobody pays for', () => {
  it(
    'a gateway that shuts down before it began the turn: another node has it at once',
    inMesh(async (mesh) => {
      const mac = await mesh.node('mac')
      const id = await mesh.send('hello')
      const turn = await mac.adapter.turns.next()
      const linux = await mesh.node('linux')
      linux.answerAll()
      mac.adapter.become('draining')
      const error = { code: 'gateway_draining', message: 'The gateway is stopping.' } as const
      turn.emit({ type: 'failed', error, began: false, effects: 'none', text: '' })
      await mesh.reaches(id, 'succeeded')
      expect(await tries(mesh, id)).toEqual([
        ['mac', false],
        ['linux', true],
      ])
      expect(waits(mesh, id)).toEqual([])
    }),
  )

  it(
    'an agent that stops while messages come in: what it had not begun is answered elsewhere, what it had begun by itself',
    inMesh(async (mesh) => {
      const mac = await mesh.node('mac')
      const begun = await mesh.send('begun')
      const turn = await mac.adapter.turns.next()
      await mesh.reaches(begun, 'running')
      const linux = await mesh.node('linux')
      linux.answerAll()
      const ids = Promise.all(Array.from({ length: 12 }, (_, n) => mesh.send(`${n}`)))
      await mac.stop()
      const others = (await ids).filter((id) => !mac.adapter.begun.includes(`${id}.1`))
      for (const id of others) {
        await mesh.reaches(id, 'succeeded')
        expect((await tries(mesh, id)).at(-1)).toEqual(['linux', true])
        expect((await tries(mesh, id)).filter((one) => Array.isArray(one) && one[1] === true)).toHaveLength(1)
        expect(waits(mesh, id)).not.toContain('backoff')
      }
      await mac.start()
      const settling = await mac.adapter.settlings.next((one) => one.attempt.run_id === `${begun}.1`)
      settling.answer({ state: 'succeeded', text: 'went on' })
      expect(await mesh.reaches(begun, 'succeeded')).toMatchObject({ response: 'went on', attempt: 1 })
      expect(turn.signal.aborted).toBe(false)
    }),
  )

  it(
    'a node that is drained: it finishes its turn, and takes nothing that it would have to give back',
    inMesh(async (mesh) => {
      const mac = await mesh.node('mac')
      const running = await mesh.send('running')
      const turn = await mac.adapter.turns.next()
      const linux = await mesh.node('linux')
      linux.answerAll()
      await mesh.ask('PATCH', `/api/v1/nodes/${mac.id}`, { body: { admin: 'draining' } })
      const id = await mesh.send('next')
      await mesh.reaches(id, 'succeeded')
      expect(await tries(mesh, id)).toEqual([['linux', true]])
      turn.emit({ type: 'done', text: 'finished' })
      expect(await mesh.reaches(running, 'succeeded')).toMatchObject({ response: 'finished', attempt: 1 })
      expect(await mesh.until(() => (mesh.nodeNamed('mac')?.admin === 'disabled' ? true : undefined))).toBe(true)
    }),
  )

  it(
    'a coordinator that stops: a turn goes on without it, and what waited is sent by the next one',
    inMesh(async (mesh) => {
      const mac = await mesh.node('mac')
      mac.adapter.currentLoad = { running: 0, queued: 0, slots: 1 }
      mac.adapter.changed()
      await mesh.until(() => mesh.nodeNamed('mac')?.load.slots === 1 || undefined)
      const running = await mesh.send('running')
      const turn = await mac.adapter.turns.next()
      await mesh.reaches(running, 'running')
      const waiting = await mesh.send('waiting')
      await mesh.coordinator.stop()
      turn.emit({ type: 'done', text: 'went on' })
      await mesh.startCoordinator()
      expect(await mesh.reaches(running, 'succeeded')).toMatchObject({ response: 'went on' })
      mac.answerAll()
      await mesh.reaches(waiting, 'succeeded')
      for (const id of [running, waiting]) expect(await tries(mesh, id)).toEqual([['mac', true]])
    }),
  )
})
