/**
 * The agent's journal in memory. A dead process loses nothing of it; a host that loses its power loses what was written
 * last, as a database with `synchronous=NORMAL` does.
 */
import { MeshError } from '../../contract/error.ts'
import { runId } from '../../contract/link.ts'
import type { AttemptRef } from '../../contract/link.ts'
import type { BegunAttempt, Journal } from '../../core/agent/journal.ts'
import type { AttemptResult } from '../../domain/message/events.ts'
import type { Random } from './random.ts'

interface Row {
  readonly ref: AttemptRef
  readonly session: string
  readonly result: AttemptResult | undefined
}

interface Tables {
  readonly attempts: Map<string, Row>
  readonly settings: Map<string, string>
}

type Write = (tables: Tables) => void

/** Writes of which the last ones may still be in the machine's memory only. */
const mostUnsynced = 24

export class JournalDisk {
  journalId: string
  #synced: Tables = { attempts: new Map(), settings: new Map() }
  #unsynced: Write[] = []
  #tables: Tables = { attempts: new Map(), settings: new Map() }

  constructor(journalId: string) {
    this.journalId = journalId
  }

  get tables(): Tables {
    return this.#tables
  }

  write(write: Write): void {
    write(this.#tables)
    this.#unsynced.push(write)
    if (this.#unsynced.length > mostUnsynced) for (const old of this.#unsynced.splice(0, 8)) old(this.#synced)
  }

  /** What was written last is gone: any number of writes, but no hole. */
  losePower(random: Random): void {
    for (const write of this.#unsynced.slice(0, random.int(0, this.#unsynced.length))) write(this.#synced)
    this.#unsynced = []
    this.#tables = { attempts: new Map(this.#synced.attempts), settings: new Map(this.#synced.settings) }
  }

  /** Somebody deleted the file: the next start makes a new one. */
  lose(journalId: string): void {
    this.journalId = journalId
    this.#synced = { attempts: new Map(), settings: new Map() }
    this.#tables = { attempts: new Map(), settings: new Map() }
    this.#unsynced = []
  }
}

export interface ModelJournalDeps {
  readonly disk: JournalDisk
  /** The disk takes nothing more for now. */
  readonly full: () => boolean
  /** A fault to be found: what begins is not written down. */
  readonly forgetsBegun?: boolean | undefined
}

export function modelJournal({ disk, full, forgetsBegun = false }: ModelJournalDeps): Journal {
  const write = (change: Write): void => {
    if (full()) throw new MeshError('store_failed', 'The disk of the node is full.')
    disk.write(change)
  }
  const rows = (): Row[] => [...disk.tables.attempts.values()]
  return {
    journalId: disk.journalId,
    recordBegun: (ref, { session }) => {
      if (disk.tables.attempts.has(runId(ref)))
        throw new MeshError('internal', `Attempt ${runId(ref)} began before; it does not begin again.`)
      if (!forgetsBegun) write(({ attempts }) => void attempts.set(runId(ref), { ref, session, result: undefined }))
    },
    recordResult: (ref, result) =>
      write(({ attempts }) => {
        const row = attempts.get(runId(ref))
        if (!row?.result) attempts.set(runId(ref), { ref, session: row?.session ?? '', result })
      }),
    acknowledge: (ref) =>
      write(({ attempts }) => {
        if (attempts.get(runId(ref))?.result) attempts.delete(runId(ref))
      }),
    begun: (): BegunAttempt[] =>
      rows()
        .filter(({ result }) => !result)
        .map(({ ref, session }) => ({ ref, session })),
    results: () =>
      rows()
        .filter(({ result }) => result)
        .map(({ ref }) => ref),
    result: (ref) => disk.tables.attempts.get(runId(ref))?.result,
    get: (key) => disk.tables.settings.get(key),
    set: (key, value) => write(({ settings }) => void settings.set(key, value)),
    trouble: () => undefined,
    close: () => undefined,
  }
}
