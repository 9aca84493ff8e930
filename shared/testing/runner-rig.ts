/** A runner over a fake gateway, a link that is a list, and a real journal in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Journal, openJournal } from '../core/agent/journal.ts'
import { Runner, type RunnerDeps } from '../core/agent/runner.ts'
import { systemClock } from '../core/platform/clock.ts'
import { silentLog } from '../core/platform/log.ts'
import { FakeAdapter, type FakeTurn } from './fake-adapter.ts'
import { anOffer } from './fake-coordinator.ts'
import { SentFrames } from './sent-frames.ts'

export class RunnerRig {
  readonly adapter = new FakeAdapter()
  readonly #dir: string
  journal: Journal
  runner: Runner

  private constructor(dir: string, journal: Journal) {
    this.#dir = dir
    this.journal = journal
    this.runner = this.with({})
  }

  static async start(): Promise<RunnerRig> {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'runner-'))
    return new RunnerRig(dir, await openJournal({ dir, clock: systemClock, log: silentLog }))
  }

  /** Puts another runner in place of the one there is. */
  with(deps: Partial<RunnerDeps>): Runner {
    const { adapter, journal } = this
    this.runner = new Runner({ adapter, journal, log: silentLog, refusal: () => undefined, ...deps })
    this.runner.start()
    return this.runner
  }

  link(): SentFrames {
    const link = new SentFrames()
    this.runner.linked(link)
    return link
  }

  unlink(link: SentFrames): void {
    link.end()
    this.runner.unlinked()
  }

  /** Hands an attempt over; gives its turn in the gateway. */
  handOver(message_id = 'msg-1', attempt = 1): Promise<FakeTurn> {
    this.runner.take(anOffer(message_id, attempt))
    this.runner.take({ type: 'start', message_id, attempt })
    return this.adapter.turns.next()
  }

  /** The agent's process ends and starts again on the same files. */
  async restart(): Promise<void> {
    await this.runner.stop()
    this.journal.close()
    this.journal = await openJournal({ dir: this.#dir, clock: systemClock, log: silentLog })
    this.with({})
  }

  async stop(): Promise<void> {
    await this.runner.stop()
    this.journal.close()
    await rm(this.#dir, { recursive: true, force: true })
  }
}

/** Lets a turn's stream be read up to where it waits. */
export async function turnTaken(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
