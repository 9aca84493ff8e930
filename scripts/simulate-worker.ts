// One thread of `scripts/simulate.ts`: runs the seeds it is sent and answers with what they came to.
import { parentPort } from 'node:worker_threads'
import type { MutationName } from '../shared/testing/simulator/mutations.ts'
import { add, emptyTally, runSeed } from '../shared/testing/simulator/run-seeds.ts'

export interface Batch {
  readonly from: number
  readonly to: number
  readonly mutation: MutationName | undefined
}

parentPort?.on('message', ({ from, to, mutation }: Batch) => {
  void run(from, to, mutation)
})

async function run(from: number, to: number, mutation: MutationName | undefined): Promise<void> {
  const tally = emptyTally()
  for (let seed = from; seed <= to; seed++) {
    add(tally, await runSeed(seed, mutation))
    // A fault that was put in on purpose is found once.
    if (mutation && tally.failures.length > 0) break
  }
  parentPort?.postMessage(tally)
}
