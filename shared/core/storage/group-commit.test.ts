import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { silentLog } from '../platform/log.ts'
import { GroupCommit } from './group-commit.ts'

let db: DatabaseSync
let commits: string[][]
let group: GroupCommit<string>

beforeEach(() => {
  db = new DatabaseSync(':memory:')
  // A child may come before its parent, but not without it: a commit that fails for real.
  db.exec(`CREATE TABLE parents (name TEXT PRIMARY KEY);
    CREATE TABLE children (parent TEXT REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`)
  commits = []
  group = new GroupCommit({ db, file: 'the.db', log: silentLog, committed: (notes) => commits.push([...notes]) })
})
afterEach(() => db.close())

const parent = (name: string) =>
  group.run((note) => {
    note(name)
    return Number(db.prepare('INSERT INTO parents VALUES (?)').run(name).changes)
  })
const orphan = () => group.run(() => db.prepare('INSERT INTO children VALUES (?)').run('nobody').changes)
const parents = () =>
  db
    .prepare('SELECT name FROM parents')
    .all()
    .map((row) => row['name'])

it('commits once for all writes of a turn, and again for those of the next', async () => {
  await Promise.all([parent('a'), parent('b')])
  await parent('c')
  expect(commits).toEqual([['a', 'b'], ['c']])
})

it('has a write that nobody waits for share the commit of the next one', async () => {
  const later = group.run((note) => note('later'), 'later')
  // More than one turn of the event loop, and still no commit for it alone.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(commits).toEqual([])
  await parent('a')
  await later
  expect(commits).toEqual([['later', 'a']])
})

it('writes what nobody waits for also when nothing else comes', async () => {
  await group.run((note) => note('later'), 'later')
  expect(commits).toEqual([['later']])
})

it('has written nothing before the turn is over', async () => {
  const asked = parent('a')
  expect(parents()).toEqual([])
  expect(await asked).toBe(1)
})

it('undoes a write that throws, with its notes, and keeps the others', async () => {
  const refused = group.run((note) => {
    note('never told')
    db.exec("INSERT INTO parents VALUES ('undone')")
    throw new MeshError('invalid_input', 'no')
  })
  const outcomes = await Promise.allSettled([parent('a'), refused, parent('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  await expect(refused).rejects.toMatchObject({ code: 'invalid_input' })
  expect(parents()).toEqual(['a', 'b'])
  expect(commits).toEqual([['a', 'b']])
})

it('tells a fault of our own as internal, its cause kept', async () => {
  await parent('a')
  const twice = await parent('a').catch((error: unknown) => error)
  expect(twice).toMatchObject({ code: 'internal', cause: { message: expect.stringContaining('UNIQUE') } })
})

it('fails every write of a commit that fails, writes nothing of it, and goes on with the next', async () => {
  const outcomes = await Promise.allSettled([parent('a'), orphan(), parent('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(parents()).toEqual([])
  expect(commits).toEqual([])
  await parent('c')
  expect(parents()).toEqual(['c'])
})

it('spreads very many writes over several commits, in order', async () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `p${n}`)
  await Promise.all(names.map(parent))
  expect(commits.length).toBeGreaterThan(1)
  expect(commits.flat()).toEqual(names)
})

it('commits what waits when it is closed, and takes nothing more', async () => {
  const asked = parent('a')
  group.close()
  expect(parents()).toEqual(['a'])
  await asked
  await expect(parent('b')).rejects.toMatchObject({ code: 'store_failed' })
})

it('tells that the disk failed when the flush of a commit fails, and that it works again', async () => {
  class FailingFlush extends DatabaseSync {
    fails = false
    override prepare(sql: string): StatementSync {
      const statement = super.prepare(sql)
      if (sql !== 'COMMIT') return statement
      const run = statement.run.bind(statement)
      statement.run = () => {
        // SQLITE_IOERR_FSYNC, as SQLite reports a flush that the disk refused.
        if (this.fails) throw Object.assign(new Error('disk I/O error'), { errcode: 1034 })
        return run()
      }
      return statement
    }
  }
  const failing = new FailingFlush(':memory:')
  failing.exec('CREATE TABLE words (word TEXT)')
  const outcomes: (string | undefined)[] = []
  const writes = new GroupCommit<string>({
    db: failing,
    file: 'the.db',
    log: silentLog,
    committed: (notes) => commits.push([...notes]),
    outcome: (failure) => outcomes.push(failure?.code),
  })
  const say = (word: string) =>
    writes.run((note) => {
      note(word)
      failing.prepare('INSERT INTO words VALUES (?)').run(word)
    })
  failing.fails = true
  await expect(say('lost')).rejects.toMatchObject({ code: 'store_failed', hint: expect.stringContaining('disk') })
  failing.fails = false
  await say('kept')
  expect(failing.prepare('SELECT word FROM words').all()).toEqual([{ word: 'kept' }])
  expect(commits).toEqual([['kept']])
  expect(outcomes).toEqual(['store_failed', undefined])
  failing.close()
})

it('says nothing of the disk when a commit fails by a fault of ours', async () => {
  const outcomes: unknown[] = []
  const writes = new GroupCommit<string>({
    db,
    file: 'the.db',
    log: silentLog,
    committed: () => undefined,
    outcome: (failure) => outcomes.push(failure),
  })
  await expect(
    writes.run(() => db.prepare('INSERT INTO children VALUES (?)').run('nobody').changes),
  ).rejects.toMatchObject({ code: 'internal' })
  expect(outcomes).toEqual([])
})
