import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { type Identity, openIdentity } from './identity.ts'

const identity: Identity = {
  coordinator_url: 'http://localhost:9180',
  node_id: 'node-1',
  name: 'mac',
  asked_name: 'mac',
  token: 'cm_node_secret',
}

let dir = ''
const said: string[] = []
const log = { ...silentLog, warn: (fields: object, message: string) => said.push(JSON.stringify(fields) + message) }
const open = () => openIdentity({ dir, clock: systemClock, log })

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'identity-'))
  said.length = 0
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('gives back what was written, from a file only its owner can read', async () => {
  await open().write(identity)
  expect(await open().read()).toEqual(identity)
  expect((await stat(path.join(dir, 'identity.json'))).mode & 0o777).toBe(0o600)
})

it('knows nothing before the first write and after clear', async () => {
  expect(await open().read()).toBeUndefined()
  await open().clear()
  await open().write(identity)
  await open().clear()
  expect(await open().read()).toBeUndefined()
})

it.each(['{"token":"cm_node_secret', JSON.stringify({ ...identity, node_id: 7 }), 'cm_node_secret'])(
  'sets a damaged file aside and says so without its content',
  async (text) => {
    await writeFile(path.join(dir, 'identity.json'), text)
    expect(await open().read()).toBeUndefined()
    expect((await readdir(dir)).filter((name) => name.startsWith('identity.json.bad-'))).toHaveLength(1)
    expect(said).toHaveLength(1)
    expect(said[0]).not.toContain('secret')
    expect(await open().read()).toBeUndefined()
  },
)
