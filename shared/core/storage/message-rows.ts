/** Messages as rows: one small row that changes often, and its big parts in rows of their own. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { hasEnded, type Message } from '../../contract/message.ts'
import { summarise } from '../../domain/message/summary.ts'
import { statements } from './database.ts'

export interface StoredMessage {
  readonly seq: number
  readonly message: Message
}

/** Why a message came: the caller's token and the digest of what it asked. */
export interface Origin {
  readonly token_hash: string
  readonly digest: string
}

export interface MessageRows {
  insert(message: Message, origin: Origin | undefined): number
  /** Writes what differs from `before`; the content never does. */
  update(seq: number, before: Message, after: Message): void
  byId(id: string): StoredMessage | undefined
  bySeq(seq: number): StoredMessage | undefined
  /** Whole messages for a condition on `m`, the messages table, with what follows it. */
  where(condition: string, ...values: (string | number)[]): Message[]
  /** Deletes up to `limit` messages that ended before that time, the oldest first; says how many. */
  deleteEnded(before: string, limit: number): number
}

const part = (name: string): string =>
  `(SELECT value FROM message_parts p WHERE p.seq = m.seq AND p.part = '${name}') AS ${name}`
const columns = `m.seq, m.doc, ${['content', 'context', 'decision', 'response'].map(part).join(', ')}`

export function messageRows(db: DatabaseSync): MessageRows {
  const sql = statements(db)

  const writePart = (seq: number, name: string, value: string): void => {
    sql(
      'INSERT INTO message_parts (seq, part, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ).run(seq, name, value)
  }
  const dropPart = (seq: number, name: string): void => {
    sql('DELETE FROM message_parts WHERE seq = ? AND part = ?').run(seq, name)
  }
  const one = (condition: string, value: string | number): StoredMessage | undefined => {
    const row = sql(`SELECT ${columns} FROM messages m WHERE ${condition}`).get(value)
    return row && toStored(row)
  }

  return {
    insert: (message, origin) => {
      const { lastInsertRowid } = sql(
        `INSERT INTO messages
          (id, state, priority, sender, conversation, node_id, created_at, ended_at, token_hash, digest, doc, summary)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        message.id,
        message.state,
        message.priority,
        message.sender,
        message.conversation ?? null,
        message.node_id ?? null,
        message.created_at,
        endOf(message),
        origin?.token_hash ?? null,
        origin?.digest ?? null,
        toDoc(message),
        JSON.stringify(summarise(message)),
      )
      const seq = Number(lastInsertRowid)
      for (const [name, value] of Object.entries(toParts(message))) {
        if (value !== undefined) writePart(seq, name, value)
      }
      return seq
    },

    update: (seq, before, after) => {
      sql('UPDATE messages SET state = ?, node_id = ?, ended_at = ?, doc = ?, summary = ? WHERE seq = ?').run(
        after.state,
        after.node_id ?? null,
        endOf(after),
        toDoc(after),
        JSON.stringify(summarise(after)),
        seq,
      )
      // The machine keeps what it does not change, so comparing identities is enough; a copy costs a write, no more.
      if (after.response !== before.response) replacePart(seq, 'response', after.response)
      if (after.decision !== before.decision) replacePart(seq, 'decision', json(after.decision))
      if (after.context !== before.context) replacePart(seq, 'context', json(after.context))
    },

    byId: (id) => one('m.id = ?', id),
    bySeq: (seq) => one('m.seq = ?', seq),
    where: (condition, ...values) =>
      sql(`SELECT ${columns} FROM messages m WHERE ${condition}`)
        .all(...values)
        .map((row) => toStored(row).message),
    deleteEnded: (before, limit) =>
      Number(
        sql(
          'DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE ended_at < ? ORDER BY ended_at LIMIT ?)',
        ).run(before, limit).changes,
      ),
  }

  function replacePart(seq: number, name: string, value: string | undefined): void {
    if (value === undefined) dropPart(seq, name)
    else writePart(seq, name, value)
  }
}

const json = (value: object | undefined): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value)

const toParts = ({ content, context, decision, response }: Message): Record<string, string | undefined> => ({
  content,
  context: json(context),
  decision: json(decision),
  response,
})

function toDoc({ content, context, decision, response, ...rest }: Message): string {
  return JSON.stringify(rest)
}

/** Only an end that lasts counts: an interrupted message is neither pruned nor tallied. */
const endOf = (message: Message): string | null =>
  hasEnded(message.state) ? (message.ended_at ?? message.updated_at) : null

interface Row {
  readonly seq: number
  readonly doc: string
  readonly content: string
  readonly context: string | null
  readonly decision: string | null
  readonly response: string | null
}

function toStored(values: Record<string, SQLOutputValue>): StoredMessage {
  const row = values as unknown as Row
  const message = {
    ...(JSON.parse(row.doc) as Message),
    content: row.content,
    ...(row.context === null ? {} : { context: JSON.parse(row.context) as Message['context'] & object }),
    ...(row.decision === null ? {} : { decision: JSON.parse(row.decision) as Message['decision'] & object }),
    ...(row.response === null ? {} : { response: row.response }),
  }
  return { seq: row.seq, message }
}
