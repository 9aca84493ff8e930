import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lookAtDisk } from './local-faults.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'local-faults-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const home = () => ({ config: root, data: path.join(root, 'data'), log: path.join(root, 'log') })

it('finds nothing where nothing is set up yet', async () => {
  expect(await lookAtDisk(home())).toEqual({ freeBytes: undefined, unwritable: [], open: [], setAside: [] })
})

it('finds damaged databases that were set aside, the coordinator’s and every agent’s, each once', async () => {
  const agent = path.join(root, 'data/agents/mac')
  await mkdir(agent, { recursive: true, mode: 0o700 })
  const kept = [path.join(root, 'data/coordinator.db.damaged-1'), path.join(agent, 'journal.db.damaged-2')]
  for (const file of kept) for (const part of ['', '-wal', '-shm']) await writeFile(file + part, '')
  const found = await lookAtDisk(home())
  expect([...found.setAside].sort()).toEqual([...kept].sort())
  expect(found.freeBytes).toBeGreaterThan(0)
})

it('finds folders and secrets that others can read', async () => {
  await mkdir(path.join(root, 'data'), { mode: 0o700 })
  const token = path.join(root, 'data/admin.token')
  await writeFile(token, 'secret', { mode: 0o600 })
  expect((await lookAtDisk(home())).open).toEqual([])
  await chmod(token, 0o644)
  await chmod(path.join(root, 'data'), 0o755)
  expect((await lookAtDisk(home())).open).toEqual([
    { file: path.join(root, 'data'), mode: '700' },
    { file: token, mode: '600' },
  ])
})
