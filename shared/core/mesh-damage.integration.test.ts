/** Databases that are damaged, the coordinator's and a node's: said, set aside, and the mesh goes on with new ones. */
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MeshRig } from '../testing/mesh-rig.ts'
import { RigNode } from '../testing/rig-node.ts'
import { openHttp } from './client/http-client.ts'
import { openCoordinator } from './coordinator/open-coordinator.ts'
import { systemClock } from './platform/clock.ts'
import { silentLog } from './platform/log.ts'
import { initialise, readSecrets } from './settings/secrets.ts'
import type { SetAside } from './storage/set-aside.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'damage-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Everything but the first page, where the file says what it is. */
async function spoil(file: string): Promise<void> {
  const { size } = await stat(file)
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(size - 4_096, 0x5a), 0, size - 4_096, 4_096)
  await handle.close()
}

it('a node whose journal was damaged begins a new one, and what it had begun is interrupted, not rerun', async () => {
  const mesh = await MeshRig.start()
  const mac = await mesh.node('mac')
  const id = await mesh.send('hello')
  await mac.adapter.turns.next()
  await mesh.reaches(id, 'running')
  await mac.stop()
  await writeFile(path.join(mac.dir, 'journal.db'), 'no database any more. '.repeat(1_000))
  await mac.start()
  const interrupted = await mesh.reaches(id, 'interrupted')
  expect(interrupted.error).toMatchObject({ code: 'message_interrupted', hint: expect.any(String) })
  expect((await readdir(mac.dir)).filter((name) => name.startsWith('journal.db.damaged-'))).toHaveLength(1)
  expect(mac.adapter.begun).toEqual([`${id}.1`])
  mac.answerAll()
  expect(await mesh.reaches(await mesh.send('again'), 'succeeded')).toMatchObject({ response: 'mac: again' })
  await mesh.stop()
})

it('a coordinator whose file was damaged starts with a new one, and its nodes come back by themselves', async () => {
  const file = path.join(dir, 'coordinator.db')
  const mesh = await MeshRig.start({ file })
  const mac = await mesh.node('mac')
  mac.answerAll()
  const id = await mesh.send('before')
  await mesh.reaches(id, 'succeeded')
  await mesh.coordinator.stop()
  await writeFile(file, 'no database any more. '.repeat(1_000))
  await mesh.startCoordinator()
  expect(mesh.coordinator.setAside).toMatchObject({ file, kept: expect.stringContaining(`${file}.damaged-`) })
  await mesh.sees('mac', { status: 'online' })
  expect((await mesh.ask('GET', `/api/v1/messages/${id}`)).status).toBe(404)
  expect(await mesh.reaches(await mesh.send('after'), 'succeeded')).toMatchObject({ response: 'mac: after' })
  await mesh.stop()
})

it('a coordinator that meets damage while it runs stops and starts again on its port, with a new file', async () => {
  const home = { config: dir, data: path.join(dir, 'data'), log: path.join(dir, 'log') }
  await initialise({ home, hashPassword: async () => 'none' })
  const { adminToken: token, joinToken } = await readSecrets(home)
  const aside = Promise.withResolvers<SetAside>()
  const begin = (port: number) =>
    openCoordinator({
      home,
      settings: { port, local_node: false, retention_days: 30, on_interrupt: 'ask', on_failure: 'next' },
      port,
      webRoot: undefined,
      version: '0.1.0',
      clock: systemClock,
      log: silentLog,
      onSetAside: aside.resolve,
    })
  const first = await begin(0)
  const mac = await RigNode.create({ name: 'mac', coordinatorUrl: first.url, joinToken })
  await mac.start()
  await mac.linked()
  mac.answerAll()
  const { client } = openHttp({ url: first.url, token })
  for (let n = 0; n < 30; n++) await client.call('messages.send', { content: `${n} ${'.'.repeat(5_000)}` })
  await first.stop()

  // Opened anew it has read next to nothing yet.
  const second = await begin(Number(new URL(first.url).port))
  await spoil(path.join(home.data, 'coordinator.db'))
  const events: string[] = []
  const back = Promise.withResolvers<undefined>()
  second.events.subscribe(({ type }) => {
    events.push(type)
    if (type === 'node.online') back.resolve(undefined)
  })
  await expect(client.call('messages.list', { limit: 200 })).rejects.toMatchObject({ code: 'store_damaged' })
  expect(await aside.promise).toMatchObject({ file: path.join(home.data, 'coordinator.db') })
  await back.promise
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200)
  expect(await client.call('messages.send', { content: 'after' })).toMatchObject({ response: 'mac: after' })
  expect(await readdir(home.data)).not.toContain('coordinator.db.suspect')
  await mac.remove()
  await second.stop()
})
