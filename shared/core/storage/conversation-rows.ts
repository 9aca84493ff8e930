/** Conversations and their pins: which node one lives on, and which attempt put it there. */
import type { DatabaseSync } from 'node:sqlite'
import { runId } from '../../contract/link.ts'
import type { Message } from '../../contract/message.ts'
import type { Effect } from '../../domain/message/events.ts'
import { statements } from './database.ts'
import type { ConversationRow } from './store.ts'

export interface ConversationRows {
  /** There from now on, and active at that time. Nothing for a message without conversation. */
  touch(message: Message, at: string): void
  apply(effect: Effect, message: Message, at: string): void
  get(sender: string, id: string): ConversationRow | undefined
  /** The one of that name that was active last. */
  latest(id: string): ConversationRow | undefined
  /** Forgets conversations without messages that were last active before that time. */
  prune(before: string): void
}

const columns = 'id, sender, node_id, created_at, updated_at'

export function conversationRows(db: DatabaseSync): ConversationRows {
  const sql = statements(db)
  return {
    touch: ({ conversation, sender }, at) => {
      if (conversation === undefined) return
      sql(
        `INSERT INTO conversations (sender, id, created_at, updated_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)`,
      ).run(sender, conversation, at, at)
    },

    apply: (effect, message, at) => {
      const { conversation, sender } = message
      if (conversation === undefined) return
      if (effect.type === 'pin') {
        const by = runId({ message_id: message.id, attempt: message.attempt })
        // A pin that already stands stays its first writer's: this attempt must not take it along if it never began.
        sql(
          `UPDATE conversations SET node_id = ?, pinned_by = ?, updated_at = ?
           WHERE sender = ? AND id = ? AND node_id IS NOT ?`,
        ).run(effect.node_id, by, at, sender, conversation, effect.node_id)
      } else {
        const by = runId({ message_id: message.id, attempt: effect.attempt })
        sql(
          `UPDATE conversations SET node_id = NULL, pinned_by = NULL, updated_at = ?
           WHERE sender = ? AND id = ? AND pinned_by = ?`,
        ).run(at, sender, conversation, by)
      }
    },

    get: (sender, id) => {
      const row = sql(`SELECT ${columns} FROM conversations WHERE sender = ? AND id = ?`).get(sender, id)
      return row && { ...(row as unknown as ConversationRow) }
    },

    latest: (id) => {
      const row = sql(`SELECT ${columns} FROM conversations WHERE id = ? ORDER BY updated_at DESC LIMIT 1`).get(id)
      return row && { ...(row as unknown as ConversationRow) }
    },

    prune: (before) => {
      sql(
        `DELETE FROM conversations WHERE updated_at < ? AND NOT EXISTS
          (SELECT 1 FROM messages m WHERE m.conversation = conversations.id AND m.sender = conversations.sender)`,
      ).run(before)
    },
  }
}
