import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open as openFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import { openDatabase } from './database.ts'
import { suspect } from './set-aside.ts'

const first = 'CREATE TABLE notes (text TEXT NOT NULL) STRICT'
const second = `ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'white'`

let dir: string
let file: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'claw-mesh-database-'))
  file = path.join(dir, 'notes.db')
})
afterEach(() => rm(dir, { recursive: true }))

const options = (migrations: readonly string[], log = silentLog) =>
  ({ file, owner: 'coordinator', migrations, synchronous: 'FULL', clock: fakeClock(), log }) as const
const opened = (migrations: readonly string[] = [first], log = silentLog) => openDatabase(options(migrations, log))

async function withNotes(count: number): Promise<void> {
  const database = await opened()
  const insert = database.db.prepare('INSERT INTO notes (text) VALUES (?)')
  for (let n = 0; n < count; n++) insert.run(`note ${n} ${'.'.repeat(500)}`)
  database.close()
}

it('brings an older file forward and keeps a private copy of it as it was', async () => {
  await withNotes(2)
  const database = await opened([first, second])
  expect(database.db.prepare('SELECT colour, count(*) AS n FROM notes').get()).toEqual({ colour: 'white', n: 2 })
  database.close()
  const copy = new DatabaseSync(`${file}.bak-v1`, { readOnly: true })
  expect(copy.prepare('SELECT * FROM notes').all()).toHaveLength(2)
  expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
  copy.close()
  expect((await stat(`${file}.bak-v1`)).mode & 0o777).toBe(0o600)
})

it('copies nothing when there is nothing to migrate', async () => {
  await withNotes(1)
  ;(await opened()).close()
  expect((await readdir(dir)).sort()).toEqual(['notes.db', 'notes.db.lock'])
})

it('leaves the file at its old version when a migration fails half-way', async () => {
  await withNotes(2)
  await expect(opened([first, `${second}; INSERT INTO nowhere VALUES (1)`])).rejects.toThrow()
  const database = await opened()
  expect(database.db.prepare('SELECT * FROM notes').all()).toHaveLength(2)
  expect(Object.keys(database.db.prepare('SELECT * FROM notes').get() ?? {})).toEqual(['text'])
  database.close()
})

it('refuses a newer file by name and versions, and does not touch it', async () => {
  ;(await opened([first, second])).close()
  const before = await readFile(file)
  await expect(opened()).rejects.toMatchObject({
    code: 'store_newer',
    message: expect.stringContaining(`${file} has schema version 2; this claw-mesh knows up to 1`),
    hint: expect.stringContaining('.bak-v1'),
  })
  expect((await readFile(file)).equals(before)).toBe(true)
})

it('refuses a database of another program', async () => {
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE theirs (x)')
  other.close()
  await expect(opened()).rejects.toMatchObject({ code: 'store_failed', message: expect.stringContaining(file) })
})

/** Everything there is under the name it is kept by. */
const keptFiles = async (): Promise<string[]> =>
  (await readdir(dir)).filter((name) => name.includes('.damaged-')).sort()
const notes = (db: DatabaseSync) => Number(db.prepare('SELECT count(*) AS n FROM notes').get()?.['n'])

async function beginsAnew(): Promise<void> {
  const said: object[] = []
  const log = { ...silentLog, error: (fields: object) => void said.push(fields) }
  const database = await opened([first], log)
  expect(notes(database.db)).toBe(0)
  const kept = `${file}.damaged-2026-01-01T00-00-00-000Z`
  expect(database.setAside).toMatchObject({ file, kept, why: expect.stringContaining(file) })
  expect(said).toEqual([expect.objectContaining({ file, kept })])
  expect((await stat(kept)).mode & 0o777).toBe(0o600)
  database.close()
  const again = await opened()
  expect(again.setAside).toBeUndefined()
  again.close()
}

it('sets a file that is no database aside, as it was, says so and begins with a new one', async () => {
  await writeFile(file, 'this is not a database, however long one looks at it. '.repeat(200), { mode: 0o600 })
  const before = await readFile(file)
  await beginsAnew()
  expect((await readFile(path.join(dir, (await keptFiles())[0] ?? ''))).equals(before)).toBe(true)
})

it('does so with a file that lost its second half', async () => {
  await withNotes(200)
  await truncate(file, Math.floor((await stat(file)).size / 2))
  await beginsAnew()
})

async function spoilPage(page: number): Promise<void> {
  const handle = await openFile(file, 'r+')
  await handle.write(Buffer.alloc(4_096, 0x5a), 0, 4_096, page * 4_096)
  await handle.close()
}

it('finds pages that a crash damaged before anything reads them', async () => {
  await withNotes(200)
  await spoilPage(5)
  await writeFile(`${file}-wal`, 'left over by a process that did not close')
  await beginsAnew()
})

it('looks at every page where damage was met earlier, and trusts a file in which there is none', async () => {
  await withNotes(200)
  suspect(file, silentLog)
  const database = await opened()
  expect([database.setAside, notes(database.db)]).toEqual([undefined, 200])
  database.close()
  await spoilPage(5)
  suspect(file, silentLog)
  await beginsAnew()
})

it('tells what was in it, as far as it can be read', async () => {
  await withNotes(2)
  const database = await openDatabase({
    ...options([first]),
    inventory: { notes: 'SELECT count(*) AS n FROM notes', other: 'SELECT count(*) AS n FROM nowhere' },
  })
  const next = database.replace(new MeshError('store_damaged', 'A page is not what it should be.'))
  expect(next.setAside).toMatchObject({ why: 'A page is not what it should be.', lost: { notes: 2 } })
  expect(Object.keys(next.setAside?.lost ?? {})).toEqual(['notes'])
  await expect(opened()).rejects.toMatchObject({ code: 'already_running' })
  next.close()
  ;(await opened()).close()
})

it('refuses a second opener in the same process, and lets the next one in after close', async () => {
  const database = await opened()
  await expect(opened()).rejects.toMatchObject({ code: 'already_running', hint: expect.any(String) })
  await expect(opened()).rejects.toMatchObject({ code: 'already_running' })
  database.close()
  ;(await opened()).close()
})

it('refuses a second process while the first lives, and lets go of the lock when it is killed', async () => {
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)}
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const options = { file: process.argv[1], owner: 'coordinator', migrations: [${JSON.stringify(first)}], synchronous: 'FULL', log, clock: { now: Date.now, after: () => () => {} } }
    const database = await openDatabase(options)
    database.db.exec("INSERT INTO notes VALUES ('from the other process')")
    console.log('open')
    setInterval(() => database.db.isOpen, 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    await expect(opened()).rejects.toMatchObject({
      code: 'already_running',
      message: expect.stringContaining('coordinator'),
    })
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const database = await opened()
  expect(database.db.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'from the other process' }])
  database.close()
})

it('lets another program read while it is open', async () => {
  const database = await opened()
  database.db.exec("INSERT INTO notes VALUES ('readable')")
  const reader = new DatabaseSync(file, { readOnly: true })
  expect(reader.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'readable' }])
  reader.close()
  database.close()
})

it('names the folder when it cannot be made', async () => {
  await writeFile(path.join(dir, 'in-the-way'), '')
  file = path.join(dir, 'in-the-way', 'notes.db')
  await expect(opened()).rejects.toMatchObject({ code: 'store_failed', hint: expect.any(String) })
})
