import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { fakeClock, type FakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import { isSuspect } from './set-aside.ts'
import { StoreTrouble } from './store-trouble.ts'

const full = new MeshError('disk_full', 'The disk is full.')
const damaged = new MeshError('store_damaged', 'A page is not what it should be.')

let dir: string
let file: string
let clock: FakeClock
let tries: number
let trouble: StoreTrouble
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'trouble-'))
  file = path.join(dir, 'the.db')
  clock = fakeClock()
  tries = 0
  trouble = new StoreTrouble({ file, clock, log: silentLog, tryWriting: () => void (tries += 1) })
})
afterEach(() => rm(dir, { recursive: true }))

it('tries to write every second while the disk is full, and stops when it works', async () => {
  trouble.heard(full)
  await clock.advance(1_000)
  trouble.heard(full)
  await clock.advance(1_000)
  expect([tries, trouble.now]).toEqual([2, full])
  trouble.heard(undefined)
  await clock.advance(10_000)
  expect([tries, trouble.now, clock.pending]).toEqual([2, undefined, 0])
})

it('tells of damage once, marks the file, and takes no later write for its end', async () => {
  const told: MeshError[] = []
  trouble.onDamaged((error) => told.push(error))
  trouble.heard(full)
  trouble.heard(damaged)
  trouble.heard(damaged)
  trouble.heard(undefined)
  expect([told, trouble.now, clock.pending]).toEqual([[damaged], damaged, 0])
  expect(isSuspect(file)).toBe(true)
})

it('tells whoever asks later', () => {
  const told: MeshError[] = []
  trouble.heard(damaged)
  trouble.onDamaged((error) => told.push(error))
  expect(told).toEqual([damaged])
})

it('leaves no timer and writes no mark after it was stopped', async () => {
  trouble.heard(full)
  trouble.stop()
  trouble.heard(damaged)
  expect([clock.pending, await readdir(dir)]).toEqual([0, []])
})
