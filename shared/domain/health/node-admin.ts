/** What an admin set about a node, and how that changes: by the admin, or by itself when a pause or a drain is over. */
import { MeshError } from '../../contract/error.ts'
import type { AdminState, NodeChange } from '../../contract/node.ts'
import { foldName } from '../names.ts'

export interface NodeAdmin {
  readonly state: AdminState
  /** ISO time; only while paused, and only when the pause ends by itself. */
  readonly paused_until?: string | undefined
  readonly tags: readonly string[]
  /** Wins over the name the node reports. */
  readonly name?: string | undefined
}

export const unmanaged: NodeAdmin = { state: 'active', tags: [] }

/** Throws `invalid_input` for a change that contradicts itself. */
export function administered(before: NodeAdmin, change: NodeChange, now: number): NodeAdmin {
  const { name = before.name, admin: state = before.state, pause_for_s: pauseForS } = change
  if (pauseForS !== undefined && change.admin !== 'paused') {
    throw new MeshError('invalid_input', 'pause_for_s: only goes with admin "paused".', {
      hint: 'Send {"admin": "paused", "pause_for_s": 3600}.',
      details: { field: 'pause_for_s' },
    })
  }
  if (name?.trim() === '') {
    throw new MeshError('invalid_input', 'name: is blank.', { details: { field: 'name' } })
  }
  const until = pauseForS === undefined ? undefined : new Date(now + pauseForS * 1_000).toISOString()
  const pausedUntil = change.admin === undefined ? before.paused_until : until
  return {
    state,
    ...(pausedUntil === undefined ? {} : { paused_until: pausedUntil }),
    tags: change.tags === undefined ? before.tags : distinct(change.tags),
    ...(name === undefined ? {} : { name }),
  }
}

/** What it has become by itself; the same value while nothing is over. */
export function settledAdmin(admin: NodeAdmin, at: { readonly now: number; readonly inFlight: number }): NodeAdmin {
  if (admin.state === 'draining' && at.inFlight === 0) return { ...admin, state: 'disabled' }
  const { paused_until: until, ...rest } = admin
  if (admin.state === 'paused' && until !== undefined && at.now >= Date.parse(until)) {
    return { ...rest, state: 'active' }
  }
  return admin
}

/** Each once, as first written, whatever its case. */
function distinct(tags: readonly string[]): string[] {
  const byFold = new Map<string, string>()
  for (const tag of tags) {
    const fold = foldName(tag)
    if (fold !== '' && !byFold.has(fold)) byFold.set(fold, tag.trim())
  }
  return [...byFold.values()]
}
