/** Nodes and tokens: what the coordinator knows of who may be there. */
import type { DatabaseSync } from 'node:sqlite'
import { statements } from './database.ts'
import type { StoredNode, StoredToken } from './store.ts'

export interface DirectoryRows {
  nodes(): StoredNode[]
  putNode(node: StoredNode): void
  removeNode(nodeId: string): void
  tokens(): StoredToken[]
  putToken(token: StoredToken): void
  removeToken(hash: string): void
}

export function directoryRows(db: DatabaseSync): DirectoryRows {
  const sql = statements(db)
  return {
    nodes: () =>
      sql('SELECT doc FROM nodes')
        .all()
        .map((row) => JSON.parse(String(row['doc'])) as StoredNode)
        .sort((a, b) => compare(a.registered_at, b.registered_at) || compare(a.id, b.id)),
    putNode: (node) => {
      sql('INSERT INTO nodes (id, doc) VALUES (?, ?) ON CONFLICT DO UPDATE SET doc = excluded.doc').run(
        node.id,
        JSON.stringify(node),
      )
    },
    removeNode: (nodeId) => {
      sql('DELETE FROM tokens WHERE node_id = ?').run(nodeId)
      sql('DELETE FROM nodes WHERE id = ?').run(nodeId)
    },

    tokens: () =>
      sql('SELECT hash, scope, node_id, sender, created_at FROM tokens ORDER BY created_at, hash')
        .all()
        .map(
          ({ node_id, ...rest }) => ({ ...rest, ...(node_id === null ? {} : { node_id }) }) as unknown as StoredToken,
        ),
    putToken: (token) => {
      sql(
        `INSERT INTO tokens (hash, scope, node_id, sender, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET scope = excluded.scope, node_id = excluded.node_id, sender = excluded.sender`,
      ).run(token.hash, token.scope, token.node_id ?? null, token.sender, token.created_at)
    },
    removeToken: (hash) => {
      sql('DELETE FROM tokens WHERE hash = ?').run(hash)
    },
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
