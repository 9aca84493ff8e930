/** How many messages came and ended, by the minute: what the overview asks for every few seconds must not count messages. */
import type { DatabaseSync } from 'node:sqlite'
import { hasEnded, type Message } from '../../contract/message.ts'
import { statements } from './database.ts'
import type { MessageCounts } from './store.ts'

export interface TallyRows {
  accepted(message: Message): void
  /** Counts the change if it ended the message. */
  changed(before: Message, after: Message): void
  counts(now: number): Pick<MessageCounts, 'succeeded_24h' | 'failed_24h' | 'per_minute'>
  /** Forgets what `counts` does not ask for any more. */
  prune(now: number): void
}

type Tally = 'accepted' | 'succeeded' | 'failed'

const tallyOf = { succeeded: 'succeeded', failed: 'failed', expired: 'failed' } as const
const minuteOf = (ms: number): number => Math.floor(ms / 60_000)
const dayAgo = (now: number): number => minuteOf(now) - 24 * 60

export function tallyRows(db: DatabaseSync): TallyRows {
  const sql = statements(db)
  const add = (tally: Tally, at: string): void => {
    sql(`INSERT INTO tallies (minute, ${tally}) VALUES (?, 1) ON CONFLICT DO UPDATE SET ${tally} = ${tally} + 1`).run(
      minuteOf(Date.parse(at)),
    )
  }

  return {
    accepted: (message) => add('accepted', message.created_at),
    changed: (before, after) => {
      if (hasEnded(before.state) || !(after.state in tallyOf)) return
      add(tallyOf[after.state as keyof typeof tallyOf], after.ended_at ?? after.updated_at)
    },
    counts: (now) => {
      const ended = sql(
        'SELECT total(succeeded) AS succeeded, total(failed) AS failed FROM tallies WHERE minute > ? AND minute <= ?',
      ).get(dayAgo(now), minuteOf(now))
      return {
        succeeded_24h: Number(ended?.['succeeded']),
        failed_24h: Number(ended?.['failed']),
        per_minute: perMinute(now),
      }
    },
    prune: (now) => {
      sql('DELETE FROM tallies WHERE minute <= ?').run(dayAgo(now))
    },
  }

  /** By the minutes of the clock, so that the bars of a chart do not change once they are past. */
  function perMinute(now: number): number[] {
    const first = minuteOf(now) - 59
    const minutes = new Array<number>(60).fill(0)
    for (const row of sql('SELECT minute, accepted FROM tallies WHERE minute BETWEEN ? AND ?').all(first, first + 59)) {
      minutes[Number(row['minute']) - first] = Number(row['accepted'])
    }
    return minutes
  }
}
