/** Which message an idempotency key stands for, per token, until a day after that message ended. */
import type { DatabaseSync } from 'node:sqlite'
import { MeshError } from '../../contract/error.ts'
import { idempotencyKeepS } from '../../contract/limits.ts'
import { type Clock } from '../platform/clock.ts'
import { statements } from './database.ts'
import type { Idempotency } from './store.ts'

export interface IdempotencyRows {
  /** The earlier message that this request repeats. Throws `idempotency_conflict`. */
  claimed(request: Idempotency): number | undefined
  remember(request: Idempotency, seq: number): void
  /** Forgets keys past their time. */
  prune(): void
}

/** Without a key (`''`) only the digest is remembered, in the message's own row. */
const hasKey = (request: Idempotency): boolean => request.key !== ''

export function idempotencyRows(db: DatabaseSync, clock: Clock): IdempotencyRows {
  const sql = statements(db)
  const oldestEnd = (): string => new Date(clock.now() - idempotencyKeepS * 1_000).toISOString()

  return {
    claimed: (request) => {
      if (!hasKey(request)) return undefined
      const row = sql(
        `SELECT i.digest, i.seq FROM idempotency i JOIN messages m ON m.seq = i.seq
         WHERE i.token_hash = ? AND i.key = ? AND (m.ended_at IS NULL OR m.ended_at > ?)`,
      ).get(request.token_hash, request.key, oldestEnd())
      if (!row) return undefined
      if (row['digest'] !== request.digest) throw conflict(request.key)
      return Number(row['seq'])
    },
    remember: (request, seq) => {
      if (!hasKey(request)) return
      sql(
        `INSERT INTO idempotency (token_hash, key, digest, seq) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET digest = excluded.digest, seq = excluded.seq`,
      ).run(request.token_hash, request.key, request.digest, seq)
    },
    prune: () => {
      sql(
        `DELETE FROM idempotency WHERE seq IN
          (SELECT i.seq FROM idempotency i JOIN messages m ON m.seq = i.seq WHERE m.ended_at <= ?)`,
      ).run(oldestEnd())
    },
  }
}

const conflict = (key: string): MeshError =>
  new MeshError('idempotency_conflict', 'idempotency_key: was used before with another request.', {
    hint: 'Use a new key for a new message; the same key is for repeating the very same request.',
    details: { field: 'idempotency_key', key },
  })
