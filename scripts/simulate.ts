/**
 * `npm run simulate -- --seeds 10000 [--from 1]`: runs seeds on every core and tells which promise broke in which.
 * `--seed N` prints the whole trace of one. `--mutation name` puts a fault into the code, and fails unless it is found.
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { isMutation, type MutationName, mutationNames } from '../shared/testing/simulator/mutations.ts'
import { emptyTally, merge, runSeed, type SeedFailure, type Tally } from '../shared/testing/simulator/run-seeds.ts'
import type { Batch } from './simulate-worker.ts'

const batchSeeds = 25
const shownLines = 150
const shownFailures = 20

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    mutation: { type: 'string' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
  },
})
const mutation = mutationAsked(values.mutation)
process.exitCode = values.seed === undefined ? await runMany() : await replay(whole(values.seed, 'seed'))

async function runMany(): Promise<number> {
  const from = whole(values.from, 'from')
  const to = from + whole(values.seeds, 'seeds') - 1
  const began = performance.now()
  const threads = whole(values.threads, 'threads')
  const tally = await onThreads(threads, from, to)
  const tookS = (performance.now() - began) / 1_000
  tally.failures.sort((a, b) => a.seed - b.seed)
  if (mutation) return tellMutation(mutation, tally)
  report(tally, tookS, threads)
  const [first] = tally.failures
  if (first) await replay(first.seed, shownLines)
  return tally.failures.length === 0 ? 0 : 1
}

/** Each thread gets the next batch when it is done with one; with a mutation the first failure ends it all. */
async function onThreads(threads: number, from: number, to: number): Promise<Tally> {
  const total = emptyTally()
  let next = from
  const serve = async (): Promise<void> => {
    const worker = new Worker(new URL('./simulate-worker.ts', import.meta.url))
    try {
      while (next <= to && !(mutation && total.failures.length > 0)) {
        const batch: Batch = { from: next, to: Math.min(to, next + batchSeeds - 1), mutation }
        next = batch.to + 1
        merge(total, await ask(worker, batch))
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: threads }, serve))
  return total
}

function ask(worker: Worker, batch: Batch): Promise<Tally> {
  return new Promise((resolve, reject) => {
    worker.once('message', (tally: Tally) => {
      worker.off('error', reject)
      resolve(tally)
    })
    worker.once('error', reject)
    worker.postMessage(batch)
  })
}

function report(tally: Tally, tookS: number, threads: number): void {
  const { seeds, messages, turns, events, virtualMs, states, failures } = tally
  const ended = Object.entries(states)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`)
  console.log(
    `${seeds} seeds in ${tookS.toFixed(1)} s on ${threads} threads, ${(virtualMs / 3_600_000).toFixed(1)} h of the mesh`,
  )
  console.log(`${events} events, ${turns} turns in gateways, ${messages} messages: ${ended.join(', ')}`)
  console.log(`${failures.length} seeds broke a promise`)
  for (const failure of failures.slice(0, shownFailures)) console.log(line(failure))
}

function tellMutation(name: MutationName, { seeds, failures }: Tally): number {
  const [first] = failures
  if (!first) {
    console.log(`${name}: not found in ${seeds} seeds`)
    return 1
  }
  console.log(`${name}: found. ${line(first)}`)
  return 0
}

function line({ seed, promise, what }: SeedFailure): string {
  return `seed ${seed} · ${promise}: ${what}`
}

/** Prints the trace of one run, or its end. */
async function replay(seed: number, last = Infinity): Promise<number> {
  const { trace, violation, figures } = await runSeed(seed, mutation, true)
  console.log(`\n── seed ${seed} ${trace.length > last ? `(its last ${last} of ${trace.length} lines)` : ''}`)
  console.log(trace.slice(-Math.min(last, trace.length)).join('\n'))
  const given = mutation ? ` --mutation ${mutation}` : ''
  console.log(
    violation ? `\n${line({ seed, ...violation })}` : `\nseed ${seed} · no promise broken: ${JSON.stringify(figures)}`,
  )
  console.log(`Again: npm run simulate -- --seed ${seed}${given}`)
  return violation ? 1 : 0
}

function mutationAsked(name: string | undefined): MutationName | undefined {
  if (name === undefined || isMutation(name)) return name
  console.error(`--mutation: must be one of ${mutationNames.join(', ')}.`)
  process.exit(2)
}

function whole(text: string, option: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  console.error(`--${option}: must be a whole number from 1.`)
  process.exit(2)
}
