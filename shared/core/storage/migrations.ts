/** The coordinator's schema, step by step. The JSON columns are whole; the columns beside them are what is searched by. */
import type { Migrations } from './migrate.ts'

/**
 * SQLite writes a row anew when any column of it changes. So what is big and rarely changes (content, context, answer,
 * decision) is not in the message's row but in rows of its own, each written only when it is new.
 */
export const coordinatorMigrations: Migrations = [
  `
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    sender TEXT NOT NULL,
    conversation TEXT,
    node_id TEXT,
    created_at TEXT NOT NULL,
    ended_at TEXT,
    token_hash TEXT,
    digest TEXT,
    doc TEXT NOT NULL,
    summary TEXT NOT NULL
  ) STRICT;
  CREATE INDEX messages_state ON messages (state);
  CREATE INDEX messages_queue ON messages (priority) WHERE state = 'queued';
  CREATE INDEX messages_node ON messages (node_id) WHERE node_id IS NOT NULL;
  CREATE INDEX messages_node_state ON messages (node_id, state) WHERE node_id IS NOT NULL;
  CREATE INDEX messages_conversation ON messages (conversation, sender) WHERE conversation IS NOT NULL;
  CREATE INDEX messages_ended ON messages (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX messages_digest ON messages (token_hash, digest) WHERE digest IS NOT NULL;

  CREATE TABLE message_parts (
    seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('content', 'context', 'decision', 'response')),
    value TEXT NOT NULL,
    PRIMARY KEY (seq, part)
  ) STRICT;

  CREATE TABLE tallies (
    minute INTEGER PRIMARY KEY,
    accepted INTEGER NOT NULL DEFAULT 0,
    succeeded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE idempotency (
    token_hash TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    PRIMARY KEY (token_hash, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_message ON idempotency (seq);

  CREATE TABLE conversations (
    sender TEXT NOT NULL,
    id TEXT NOT NULL,
    node_id TEXT,
    pinned_by TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (sender, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX conversations_id ON conversations (id, updated_at);

  CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    doc TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    node_id TEXT,
    sender TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tokens_node ON tokens (node_id) WHERE node_id IS NOT NULL;
  `,
]
