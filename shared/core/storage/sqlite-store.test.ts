import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { step } from '../../domain/message/machine.ts'
import { aMessage } from '../../testing/builders.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { describeStore } from '../../testing/store-conformance.ts'
import { silentLog } from '../platform/log.ts'
import { openDatabase } from './database.ts'
import { coordinatorMigrations } from './migrations.ts'
import { openSqliteStore, SqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

const newDir = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'claw-mesh-store-'))

describeStore('SqliteStore', async () => {
  const dir = await newDir()
  const clock = fakeClock()
  const open = (): Promise<Store> =>
    openSqliteStore({ file: path.join(dir, 'data', 'coordinator.db'), clock, log: silentLog })
  let current = await open()
  return {
    store: current,
    clock,
    reopen: async () => {
      await current.close()
      current = await open()
      return current
    },
    dispose: async () => {
      await current.close()
      await rm(dir, { recursive: true })
    },
  }
})

describe('SqliteStore on its file', () => {
  let dir: string
  let file: string
  beforeEach(async () => {
    dir = await newDir()
    file = path.join(dir, 'data', 'coordinator.db')
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('keeps its files to their owner', async () => {
    const store = await openSqliteStore({ file, clock: fakeClock(), log: silentLog })
    await store.enqueue(aMessage())
    for (const suffix of ['', '-wal', '-shm', '.lock']) {
      expect([suffix, ((await stat(file + suffix)).mode & 0o777).toString(8)]).toEqual([suffix, '600'])
    }
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700)
    await store.close()
  })

  it('answers a full disk with disk_full for all of the commit, tells nobody, and goes on when there is room', async () => {
    const clock = fakeClock()
    const database = await openDatabase({
      file,
      owner: 'coordinator',
      migrations: coordinatorMigrations,
      synchronous: 'FULL',
      clock,
      log: silentLog,
    })
    const store = new SqliteStore({ database, clock, log: silentLog, step })
    await store.enqueue(aMessage({ id: 'before' }))
    const told: string[] = []
    store.watch(({ message }) => told.push(message.id))
    const pages = Number(database.db.prepare('PRAGMA page_count').get()?.['page_count'])
    database.db.exec(`PRAGMA max_page_count = ${pages + 4}`)
    const outcomes = await Promise.allSettled([
      store.enqueue(aMessage({ id: 'small' })),
      store.enqueue(aMessage({ id: 'large', content: 'x'.repeat(100_000) })),
      store.transition('before', { type: 'cancel' }),
    ])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'disk_full', hint: expect.stringContaining('Make room') },
      })
    }
    expect(await store.get('before')).toMatchObject({ state: 'queued' })
    expect(await store.get('small')).toBeUndefined()
    expect(store.trouble).toMatchObject({ code: 'disk_full' })
    await store.enqueue(aMessage({ id: 'small' }))
    database.db.exec(`PRAGMA max_page_count = ${pages + 1_000}`)
    await store.enqueue(aMessage({ id: 'large', content: 'x'.repeat(100_000) }))
    expect(told).toEqual(['small', 'large'])
    expect(store.trouble).toBeUndefined()
    await store.close()
  })

  it('writes neither content nor decision again when a message changes state', async () => {
    const store = await openSqliteStore({ file, clock: fakeClock(), log: silentLog })
    await store.enqueue(aMessage({ id: 'a', content: 'x'.repeat(1024 * 1024) }))
    const before = (await stat(`${file}-wal`)).size
    await store.transition('a', { type: 'cancel' })
    expect((await stat(`${file}-wal`)).size - before).toBeLessThan(200_000)
    await store.close()
  })
})
