import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AttemptResult } from '../../domain/message/events.ts'
import { fakeClock, type FakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import type { SetAside } from '../storage/set-aside.ts'
import { type Journal, openJournal } from './journal.ts'

let dir: string
let clock: FakeClock
let journal: Journal
const warnings: string[] = []
const log = { ...silentLog, warn: (_fields: object, message: string) => void warnings.push(message) }

beforeEach(async () => {
  warnings.length = 0
  dir = await mkdtemp(path.join(tmpdir(), 'claw-mesh-journal-'))
  clock = fakeClock()
  journal = await openJournal({ dir: path.join(dir, 'agent'), clock, log })
})
afterEach(async () => {
  journal.close()
  await rm(dir, { recursive: true })
})

async function reopen(): Promise<void> {
  journal.close()
  journal = await openJournal({ dir: path.join(dir, 'agent'), clock, log })
}

const ref = (message_id: string, attempt = 1) => ({ message_id, attempt })
const result = (overrides: Partial<AttemptResult> = {}): AttemptResult => ({
  outcome: 'succeeded',
  text: 'the answer',
  began: true,
  effects: 'none',
  ...overrides,
})

it('has a name that stays with the file, and another in another file', async () => {
  const name = journal.journalId
  await reopen()
  expect(journal.journalId).toBe(name)
  const other = await openJournal({ dir: path.join(dir, 'other'), clock, log })
  expect(other.journalId).not.toBe(name)
  other.close()
})

it('knows after a restart what began, in which session, and what has a result', async () => {
  journal.recordBegun(ref('a'), { session: 's1' })
  journal.recordBegun(ref('b', 2), { session: 's2' })
  journal.recordBegun(ref('c'), { session: 's3' })
  const full = result({ text: 'x'.repeat(1_000_000), usage: { input_tokens: 3 }, effects: 'possible' })
  journal.recordResult(ref('b', 2), full)
  await reopen()
  expect(journal.begun()).toEqual([
    { ref: ref('a'), session: 's1' },
    { ref: ref('c'), session: 's3' },
  ])
  expect(journal.results()).toEqual([ref('b', 2)])
  expect(journal.result(ref('b', 2))).toEqual(full)
  expect(journal.result(ref('a'))).toBeUndefined()
})

it('lets no attempt begin twice, whatever became of it', () => {
  journal.recordBegun(ref('a'), { session: 's' })
  const again = () => journal.recordBegun(ref('a'), { session: 's' })
  expect(again).toThrow(expect.objectContaining({ code: 'internal', message: expect.stringContaining('a.1') }))
  journal.recordResult(ref('a'), result())
  expect(again).toThrow()
  journal.recordBegun(ref('a', 2), { session: 's' })
})

it('keeps the first result of an attempt, also of one that never began', () => {
  const error = { code: 'gateway_down', message: 'It is down.' } as const
  const first = result({ outcome: 'failed', text: '', began: false, error })
  journal.recordResult(ref('a'), first)
  journal.recordResult(ref('a'), result())
  expect(journal.result(ref('a'))).toEqual(first)
})

it('forgets an acknowledged result, and nothing that has none', () => {
  journal.recordBegun(ref('a'), { session: 's' })
  journal.recordBegun(ref('b'), { session: 's' })
  journal.recordResult(ref('a'), result())
  journal.acknowledge(ref('a'))
  journal.acknowledge(ref('b'))
  journal.acknowledge(ref('never heard of'))
  expect(journal.results()).toEqual([])
  expect(journal.begun()).toEqual([{ ref: ref('b'), session: 's' }])
})

it('drops results that nobody fetched for a week, says so, and keeps what began', async () => {
  journal.recordBegun(ref('begun'), { session: 's' })
  journal.recordResult(ref('old'), result())
  await clock.advance(1)
  journal.recordResult(ref('younger'), result())
  await clock.advance(7 * 24 * 3_600_000)
  await reopen()
  expect(journal.results()).toEqual([ref('younger')])
  expect(journal.begun()).toHaveLength(1)
  expect(warnings).toEqual([expect.stringContaining('results')])
})

it('keeps small values', async () => {
  expect(journal.get('node_id')).toBeUndefined()
  journal.set('node_id', 'node-1')
  journal.set('node_id', 'node-2')
  await reopen()
  expect(journal.get('node_id')).toBe('node-2')
})

it('is for one agent at a time, and only for its owner to read', async () => {
  const second = openJournal({ dir: path.join(dir, 'agent'), clock, log })
  await expect(second).rejects.toMatchObject({
    code: 'already_running',
    message: expect.stringContaining('node agent'),
  })
  expect((await stat(path.join(dir, 'agent', 'journal.db'))).mode & 0o777).toBe(0o600)
})

it('answers store_failed, not a fault of ours, when the file cannot be used any more', () => {
  journal.close()
  expect(() => journal.recordBegun(ref('a'), { session: 's' })).toThrow(
    expect.objectContaining({ code: 'store_failed' }),
  )
})

async function spoilPage(file: string, page: number): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(4_096, 0x5a), 0, 4_096, page * 4_096)
  await handle.close()
}

it('becomes a new journal, under another id, when its file turns out to be damaged, and goes on', async () => {
  const aside: SetAside[] = []
  const file = path.join(dir, 'agent', 'journal.db')
  for (let n = 0; n < 50; n++) journal.recordResult(ref(`m${n}`), result({ text: 'x'.repeat(2_000) }))
  journal.set('paused', 'true')
  journal.close()
  journal = await openJournal({ dir: path.join(dir, 'agent'), clock, log, onSetAside: (each) => void aside.push(each) })
  const before = journal.journalId
  const pages = (await stat(file)).size / 4_096
  for (let page = 2; page < pages; page++) await spoilPage(file, page)
  for (let n = 0; n < 50; n++) journal.result(ref(`m${n}`))
  journal.recordBegun(ref('a'), { session: 's' })
  expect(journal.begun()).toEqual([{ ref: ref('a'), session: 's' }])
  expect(journal.journalId).not.toBe(before)
  expect(journal.get('paused')).toBe('true')
  expect(aside).toEqual([expect.objectContaining({ file, kept: expect.stringContaining('.damaged-') })])
  await reopen()
  expect(journal.get('paused')).toBe('true')
})

it('says that it cannot be written until it can', () => {
  const other = new DatabaseSync(path.join(dir, 'agent', 'journal.db'), { timeout: 0 })
  other.exec('BEGIN IMMEDIATE')
  expect(() => journal.recordBegun(ref('a'), { session: 's' })).toThrow(
    expect.objectContaining({ code: 'store_failed' }),
  )
  expect(journal.trouble()).toMatchObject({ code: 'store_failed', hint: expect.any(String) })
  other.exec('ROLLBACK')
  other.close()
  expect(journal.trouble()).toBeUndefined()
  journal.recordBegun(ref('a'), { session: 's' })
})
