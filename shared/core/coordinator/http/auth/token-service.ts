/**
 * Every token the coordinator knows: the fixed ones of `init`, those in the store, and the page's sessions (memory only).
 * Only hashes are held. Who keeps a socket open for a token is told when it ends.
 */
import { timingSafeEqual } from 'node:crypto'
import { MeshError } from '../../../../contract/error.ts'
import type { Scope } from '../../../../contract/procedure.ts'
import type { CreatedToken, CreateToken, Session } from '../../../../contract/system.ts'
import { foldName } from '../../../../domain/names.ts'
import { type Clock, isoTime } from '../../../platform/clock.ts'
import { newToken, sha256Hex } from '../../../platform/ids.ts'
import type { Store, StoredToken } from '../../../storage/store.ts'
import type { Caller } from '../../caller.ts'
import type { TokenKeeper } from '../../services.ts'

export interface TokenServiceDeps {
  readonly store: Pick<Store, 'tokens' | 'putToken' | 'removeToken'>
  readonly secrets: { readonly adminToken: string; readonly joinToken: string }
  readonly clock: Clock
}

interface Known {
  readonly digest: Buffer
  readonly caller: Caller
}
interface OpenSession extends Known {
  expiresAt: number
  cancelTimer: () => void
}

/** The person at the coordinator, whether by the admin token or the page's password. */
export const ownerSender = 'owner'
const sessionMs = 12 * 3_600_000
const maxSessions = 1_000
/** A node that registers again and again leaves no trail of live tokens. */
const maxTokensPerNode = 4
const maxRemembered = 1_000
const maxPersonalTokens = 1_000
const personal: ReadonlySet<Scope> = new Set<Scope>(['operator', 'viewer'])
/** Senders of our own: a token with such a name would enter conversations that are not its holder's. */
const reservedSenders: ReadonlySet<string> = new Set([ownerSender, 'join', 'nobody'])

export class TokenService implements TokenKeeper {
  readonly #deps: TokenServiceDeps
  readonly #lasting = new Map<string, Known>()
  readonly #sessions = new Map<string, OpenSession>()
  /** Hashes of node tokens that were taken back, so that their agents hear why; newest last. */
  readonly #revoked = new Set<string>()
  readonly #listeners = new Set<(tokenHash: string) => void>()

  constructor(deps: TokenServiceDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    const { adminToken, joinToken } = this.#deps.secrets
    this.#remember({ hash: sha256Hex(adminToken), scope: 'admin', sender: ownerSender })
    this.#remember({ hash: sha256Hex(joinToken), scope: 'join', sender: 'join' })
    for (const stored of await this.#deps.store.tokens()) this.#remember(stored)
  }

  /** Ends all sessions. */
  stop(): void {
    for (const hash of [...this.#sessions.keys()]) this.endSession(hash)
  }

  verify(token: string): Caller | undefined {
    const hash = sha256Hex(token)
    const session = this.#sessions.get(hash)
    const known = session ?? this.#lasting.get(hash)
    if (!known || !timingSafeEqual(known.digest, Buffer.from(hash, 'hex'))) return undefined
    if (session) session.expiresAt = this.#deps.clock.now() + sessionMs
    return known.caller
  }

  /** True for a node's token that worked until its node was removed. */
  wasRevoked(token: string): boolean {
    return this.#revoked.has(sha256Hex(token))
  }

  async issue(grant: { readonly scope: Scope; readonly sender: string; readonly node_id?: string }): Promise<string> {
    const token = newToken(grant.scope)
    const stored: StoredToken = { ...grant, hash: sha256Hex(token), created_at: isoTime(this.#deps.clock) }
    await this.#deps.store.putToken(stored)
    this.#remember(stored)
    if (grant.node_id !== undefined) {
      for (const hash of this.#ofNode(grant.node_id).slice(0, -maxTokensPerNode)) await this.#forget(hash)
    }
    return token
  }

  /** A token for a person or a program. Throws `invalid_input`, `rate_limited`. */
  async issueTo(grant: CreateToken): Promise<CreatedToken> {
    const sender = grant.name.trim()
    if (sender === '' || reservedSenders.has(foldName(sender))) {
      throw new MeshError('invalid_input', `name: cannot be "${sender}".`, {
        hint: 'Name the person or the program that will use the token.',
        details: { field: 'name' },
      })
    }
    const given = [...this.#lasting.values()].filter(({ caller }) => personal.has(caller.scope)).length
    if (given >= maxPersonalTokens) {
      throw new MeshError('rate_limited', `There are ${given} tokens for people, which is all the mesh keeps.`)
    }
    const token = await this.issue({ scope: grant.scope, sender })
    // Enough of the hash to tell tokens apart, and nothing by which one could be guessed.
    return { token, id: sha256Hex(token).slice(0, 16), scope: grant.scope, name: sender }
  }

  async revokeNode(nodeId: string): Promise<void> {
    const hashes = this.#ofNode(nodeId)
    // All at once in memory, so that none of them works while the disk is busy.
    for (const hash of hashes) this.#end(hash)
    for (const hash of hashes) await this.#deps.store.removeToken(hash)
  }

  /** A session of the page, for whoever knew its password. Each use prolongs it. */
  openSession(): Session {
    const oldest = this.#sessions.keys().next()
    if (this.#sessions.size >= maxSessions && !oldest.done) this.endSession(oldest.value)
    const token = newToken('session')
    const hash = sha256Hex(token)
    const caller: Caller = { scope: 'admin', sender: ownerSender, tokenHash: hash }
    const session: OpenSession = {
      digest: Buffer.from(hash, 'hex'),
      caller,
      expiresAt: this.#deps.clock.now() + sessionMs,
      cancelTimer: () => undefined,
    }
    this.#sessions.set(hash, session)
    this.#arm(hash, session)
    return { token, scope: caller.scope, expires_in_s: sessionMs / 1_000 }
  }

  /** False when the hash is not that of an open session. */
  endSession(tokenHash: string): boolean {
    const session = this.#sessions.get(tokenHash)
    if (!session) return false
    session.cancelTimer()
    this.#sessions.delete(tokenHash)
    this.#tell(tokenHash)
    return true
  }

  /** Calls back with the hash of each token that ends: revoked, logged out or expired. Returns its unsubscribe. */
  onEnd(listener: (tokenHash: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #arm(hash: string, session: OpenSession): void {
    session.cancelTimer = this.#deps.clock.after(session.expiresAt - this.#deps.clock.now(), () => {
      if (session.expiresAt > this.#deps.clock.now()) this.#arm(hash, session)
      else this.endSession(hash)
    })
  }

  #remember(token: Pick<StoredToken, 'hash' | 'scope' | 'sender' | 'node_id'>): void {
    const { hash, scope, sender, node_id: nodeId } = token
    const caller: Caller = { scope, sender, tokenHash: hash, ...(nodeId === undefined ? {} : { nodeId }) }
    this.#lasting.set(hash, { digest: Buffer.from(hash, 'hex'), caller })
  }

  #ofNode(nodeId: string): string[] {
    return [...this.#lasting].filter(([, { caller }]) => caller.nodeId === nodeId).map(([hash]) => hash)
  }

  async #forget(hash: string): Promise<void> {
    this.#end(hash)
    await this.#deps.store.removeToken(hash)
  }

  #end(hash: string): void {
    this.#lasting.delete(hash)
    this.#revoked.add(hash)
    const oldest = this.#revoked.values().next()
    if (this.#revoked.size > maxRemembered && !oldest.done) this.#revoked.delete(oldest.value)
    this.#tell(hash)
  }

  #tell(hash: string): void {
    for (const listener of [...this.#listeners]) listener(hash)
  }
}
