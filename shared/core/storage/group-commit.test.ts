import { DatabaseSync } from 'node:sqlite'
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
