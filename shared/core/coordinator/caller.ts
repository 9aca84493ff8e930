/** Who a request comes from, once its token was checked. Handlers get one; doors make one. */
import { MeshError } from '../../contract/error.ts'
import type { Scope } from '../../contract/procedure.ts'

export interface Caller {
  readonly scope: Scope
  /** Sender of the messages it sends. */
  readonly sender: string
  /** Hash of its token: what idempotency keys are scoped to. */
  readonly tokenHash: string
  /** For scope `node`: the one node it acts for. */
  readonly nodeId?: string | undefined
}

const rank = { none: 0, join: 0, node: 0, viewer: 1, operator: 2, admin: 3 } as const satisfies Record<Scope, number>

/** Throws `forbidden` unless the caller may do what needs `scope`. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (scope === 'none' || caller.scope === 'admin') return
  if (
    scope === 'join'
      ? caller.scope === 'join'
      : scope === 'node'
        ? caller.scope === 'node'
        : rank[caller.scope] >= rank[scope]
  )
    return
  throw new MeshError('forbidden', `This token has scope ${caller.scope}; this needs ${scope}.`, {
    hint: 'Use a token with that scope. The admin token is in the coordinator’s data folder.',
  })
}
