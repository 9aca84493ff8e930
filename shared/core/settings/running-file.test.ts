import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFile } from '../storage/file-lock.ts'
import { readRunning, removeRunning, writeRunning } from './running-file.ts'

let root: string
let file: string
const note = { pid: 4711, started: 1_000, url: 'http://127.0.0.1:9180' }

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-running-'))
  file = path.join(root, 'coordinator.json')
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('is read while its process lives, and void afterwards', async () => {
  await writeRunning(file, note)
  expect(await readRunning(file, () => true)).toEqual(note)
  expect(await readRunning(file, () => false)).toBeUndefined()
})

it('is removed only by the process that wrote it', async () => {
  await writeRunning(file, note)
  await removeRunning(file, 1)
  expect(await stat(file)).toBeDefined()
  await removeRunning(file, note.pid)
  await removeRunning(file, note.pid)
  expect(await readRunning(file, () => true)).toBeUndefined()
})

it.each(['', 'not json', '{"pid":-1}', '[]'])('takes %j for no note', async (text) => {
  await writeFile(file, text)
  expect(await readRunning(file, () => true)).toBeUndefined()
})

it('goes by the lock on the database, not by a pid that may be somebody else’s by now', async () => {
  await writeRunning(file, { ...note, pid: process.pid })
  expect(await readRunning(file)).toBeUndefined()
  const unlock = lockFile(path.join(root, 'coordinator.db'), 'coordinator')
  expect(await readRunning(file)).toMatchObject({ url: note.url })
  unlock()
  expect(await readRunning(file)).toBeUndefined()
})
