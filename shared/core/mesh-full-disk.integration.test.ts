/** A disk that is full: nothing new is taken, nothing acknowledged is lost, and it goes on by itself once there is room. */
import { afterEach, describe, expect, it } from 'vitest'
import { canMount, type SmallDisk, smallDisk } from '../testing/small-disk.ts'
import { MeshRig } from '../testing/mesh-rig.ts'
import { messageOf } from '../testing/rig-node.ts'

let mesh: MeshRig
let disk: SmallDisk
afterEach(async () => {
  mesh.expectEachRunOnce()
  // It may lie over a folder that the mesh removes.
  disk.remove()
  await mesh.stop()
})

describe.skipIf(!canMount())('a full disk', () => {
  it('of the coordinator: refuses new messages, says so, and writes what it owes when there is room', async () => {
    disk = smallDisk()
    mesh = await MeshRig.start({ file: `${disk.dir}/coordinator.db` })
    const mac = await mesh.node('mac')
    const id = await mesh.send('taken before')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(id, 'running')
    disk.fill()

    const refused = await mesh.ask('POST', '/api/v1/route', { body: { content: 'too much' } })
    expect(refused.status).toBe(507)
    expect(refused.body.error).toMatchObject({ code: 'disk_full', hint: expect.stringContaining('Make room') })
    const notReady = await mesh.ask('GET', '/readyz')
    expect([notReady.status, notReady.body]).toEqual([503, { ready: false, failing: ['disk_full'] }])
    expect((await mesh.ask('GET', '/healthz')).status).toBe(200)
    turn.emit({ type: 'done', text: 'the answer' })
    expect(await mesh.message(id)).toMatchObject({ state: 'running' })

    disk.makeRoom()
    expect(await mesh.reaches(id, 'succeeded')).toMatchObject({ response: 'the answer', attempt: 1 })
    expect((await mesh.ask('GET', '/readyz')).status).toBe(200)
    mac.answerAll()
    expect(await mesh.reaches(await mesh.send('goes on'), 'succeeded')).toMatchObject({ response: 'mac: goes on' })
  })

  it('of a node: turns offers away, delivers what it has, and takes messages again when there is room', async () => {
    mesh = await MeshRig.start()
    const mac = await mesh.machine('mac')
    disk = smallDisk(mac.dir)
    await mac.start()
    await mac.linked()
    const before = await mesh.send('begun before')
    const turn = await mac.adapter.turns.next()
    await mesh.reaches(before, 'running')
    disk.fill()
    turn.emit({ type: 'done', text: 'the answer' })
    expect(await mesh.reaches(before, 'succeeded')).toMatchObject({ response: 'the answer' })

    const linux = await mesh.node('linux')
    linux.answerAll()
    const elsewhere = await mesh.send('whoever can')
    expect(await mesh.reaches(elsewhere, 'succeeded')).toMatchObject({ response: 'linux: whoever can' })
    await linux.stop()

    disk.makeRoom()
    const again = await mesh.send('now')
    const next = await mac.adapter.turns.next()
    expect(messageOf(next)).toBe(again)
    next.emit({ type: 'done', text: 'works again' })
    expect(await mesh.reaches(again, 'succeeded')).toMatchObject({ response: 'works again' })
  })
})
