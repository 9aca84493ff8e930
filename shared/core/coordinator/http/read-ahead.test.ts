import { expect, it } from 'vitest'
import { fakeClock } from '../../../testing/fake-clock.ts'
import { readAhead } from './read-ahead.ts'

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of source) all.push(value)
  return all
}

async function* numbers(until: number, gate?: { readonly at: number; readonly open: Promise<void> }) {
  for (let n = 1; n <= until; n++) {
    if (gate?.at === n) await gate.open
    yield n
  }
}

it('stops where enough was read, and gives the whole stream all the same', async () => {
  const clock = fakeClock()
  const { read, all } = await readAhead(numbers(5), clock, 1_000, (n) => n === 2)
  expect(read).toEqual([1, 2])
  expect(await collect(all)).toEqual([1, 2, 3, 4, 5])
  expect(clock.pending).toBe(0)
})

it('stops when time is up, and loses nothing of what it was waiting for', async () => {
  const clock = fakeClock()
  const open = Promise.withResolvers<undefined>()
  const reading = readAhead(numbers(3, { at: 2, open: open.promise }), clock, 1_000, () => false)
  await clock.advance(1_000)
  const { read, all } = await reading
  expect(read).toEqual([1])
  open.resolve(undefined)
  expect(await collect(all)).toEqual([1, 2, 3])
})

it('throws what the stream throws at its beginning', async () => {
  const broken = (async function* () {
    yield await Promise.reject<number>(new Error('broken'))
  })()
  await expect(readAhead(broken, fakeClock(), 1_000, () => true)).rejects.toThrow('broken')
})
