/** Questions about many messages. Lists come from stored summaries, so their cost does not depend on how long the texts are. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { MeshError } from '../../contract/error.ts'
import { deadStates, type MessageState, type MessageSummary } from '../../contract/message.ts'
import { statements } from './database.ts'
import type { MessageFilter } from './store.ts'

export interface MessageQueries {
  list(filter: MessageFilter): { messages: MessageSummary[]; next_cursor: string | null }
  /** Newest `limit` of a conversation, oldest first. */
  ofConversation(sender: string, id: string, limit: number): MessageSummary[]
  /** Longest interrupted first. */
  interrupted(limit: number): MessageSummary[]
  inState(...states: MessageState[]): number
}

export function messageQueries(db: DatabaseSync): MessageQueries {
  const sql = statements(db)

  return {
    list: ({ limit, cursor, state, node_id, conversation, dead_letters }) => {
      const conditions: [string, string | number | undefined][] = [
        ['seq < ?', cursor === undefined ? undefined : readCursor(cursor)],
        ['state = ?', state],
        ['node_id = ?', node_id],
        ['conversation = ?', conversation],
      ]
      const asked = conditions.filter((pair): pair is [string, string | number] => pair[1] !== undefined)
      const texts = asked.map(([text]) => text)
      if (dead_letters === true) texts.push(`state IN (${deadStates.map((dead) => `'${dead}'`).join(', ')})`)
      const where = texts.length > 0 ? `WHERE ${texts.join(' AND ')}` : ''
      const rows = sql(`SELECT seq, summary FROM messages ${where} ORDER BY seq DESC LIMIT ?`).all(
        ...asked.map(([, value]) => value),
        limit + 1,
      )
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        messages: page.map(toSummary),
        next_cursor: last && rows.length > limit ? String(last['seq']) : null,
      }
    },

    ofConversation: (sender, id, limit) =>
      sql('SELECT summary FROM messages WHERE conversation = ? AND sender = ? ORDER BY seq DESC LIMIT ?')
        .all(id, sender, limit)
        .map(toSummary)
        .reverse(),

    interrupted: (limit) =>
      sql(
        `SELECT summary FROM messages WHERE state = 'interrupted'
         ORDER BY coalesce(summary ->> 'interrupted_at', summary ->> 'updated_at') LIMIT ?`,
      )
        .all(limit)
        .map(toSummary),

    inState: (...states) =>
      Number(
        sql(`SELECT count(*) AS n FROM messages WHERE state IN (${states.map(() => '?').join(', ')})`).get(...states)?.[
          'n'
        ],
      ),
  }
}

const toSummary = (row: Record<string, SQLOutputValue>): MessageSummary =>
  JSON.parse(String(row['summary'])) as MessageSummary

function readCursor(cursor: string): number {
  if (/^[0-9]{1,15}$/.test(cursor)) return Number(cursor)
  throw new MeshError('invalid_input', 'cursor: is not one that a list gave out.', {
    hint: 'Hand back next_cursor as it came, or leave cursor out to begin with the newest.',
    details: { field: 'cursor' },
  })
}
