import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultSettings } from '../contract/settings.ts'
import { writePrivateFile } from '../core/platform/files.ts'
import { files, findHome, type Home } from '../core/platform/home.ts'
import { writeRunning } from '../core/settings/running-file.ts'
import { lockFile } from '../core/storage/file-lock.ts'
import { findCoordinator } from './connect.ts'

let root: string
let home: Home
const find = (options: { coordinator?: string; token?: string } = {}) =>
  findCoordinator({ home, settings: defaultSettings, coordinator: options.coordinator, token: options.token })
let unlock = (): void => undefined
async function runs(url: string): Promise<void> {
  await writeRunning(files(home).running, { pid: process.pid, started: Date.now(), url })
  unlock = lockFile(files(home).coordinatorDb, 'coordinator')
}

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-connect-'))
  home = findHome({ CLAW_MESH_HOME: root })
})
afterEach(async () => {
  unlock()
  await rm(root, { recursive: true, force: true })
})

it('finds the coordinator that runs here and shows it the admin token', async () => {
  await writePrivateFile(files(home).adminToken, 'cm_admin_1\n')
  await runs('http://127.0.0.1:9333')
  expect(await find()).toEqual({ url: 'http://127.0.0.1:9333', token: 'cm_admin_1' })
  expect(await find({ coordinator: 'localhost:9333' })).toMatchObject({ token: 'cm_admin_1' })
})

it('shows the admin token to no other coordinator', async () => {
  await writePrivateFile(files(home).adminToken, 'cm_admin_1\n')
  await runs('http://127.0.0.1:9333')
  await expect(find({ coordinator: 'https://mesh.example' })).rejects.toMatchObject({ code: 'unauthorized' })
  await expect(find({ coordinator: 'localhost:9334' })).rejects.toMatchObject({ code: 'unauthorized' })
})

it('shows the admin token to nobody while ours does not run', async () => {
  await writePrivateFile(files(home).adminToken, 'cm_admin_1\n')
  await expect(find()).rejects.toMatchObject({ code: 'coordinator_unreachable' })
  await expect(find({ coordinator: 'localhost:9180' })).rejects.toMatchObject({ code: 'unauthorized' })
})

it('says how to begin on a machine that was never set up', async () => {
  await expect(find()).rejects.toMatchObject({
    code: 'not_initialised',
    hint: expect.stringContaining('claw-mesh up') as string,
  })
})

it('shows a token that was given to the coordinator that was named', async () => {
  expect(await find({ coordinator: 'https://mesh.example/', token: 't' })).toEqual({
    url: 'https://mesh.example',
    token: 't',
  })
  expect(await find({ token: 't' })).toEqual({ url: 'http://127.0.0.1:9180', token: 't' })
})

it('sends no token over a network in clear', async () => {
  await expect(find({ coordinator: 'http://192.168.1.5:9180', token: 't' })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})
