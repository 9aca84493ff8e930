/** Who is signed in at this page. The token itself stays in its vault, out of the state that components see. */
import { createStore } from 'zustand/vanilla'
import { MeshError } from '../../shared/contract/error.ts'
import type { Scope } from '../../shared/contract/procedure.ts'
import type { MeshClient } from '../../shared/contract/procedures.ts'
import type { Vault } from '../client/vault.ts'

export interface SessionState {
  readonly phase: 'signed_out' | 'signing_in' | 'signed_in'
  /** Why the last try to sign in failed. */
  readonly error?: MeshError | undefined
  /** The session ended by itself: it ran out or was revoked. */
  readonly ended: boolean
  /** What the coordinator lets this page do; undefined until it said so. */
  readonly scope?: Scope | undefined
  readonly sender?: string | undefined
  /** Version of the coordinator. */
  readonly version?: string | undefined
  readonly login: (password: string) => Promise<void>
  readonly logout: () => Promise<void>
  /** Asks the coordinator what this page may do. */
  readonly identify: () => Promise<void>
  /** The coordinator refused the token. */
  readonly refused: () => void
}

export interface SessionDeps {
  readonly client: MeshClient
  readonly vault: Vault
}

const nobody = { scope: undefined, sender: undefined, version: undefined } as const

export const createSessionStore = ({ client, vault }: SessionDeps) =>
  createStore<SessionState>()((set, get) => ({
    phase: vault.read() === undefined ? 'signed_out' : 'signed_in',
    ended: false,
    async login(password) {
      if (get().phase !== 'signed_out') return
      set({ phase: 'signing_in', error: undefined, ended: false })
      try {
        const { token, scope } = await client.call('session.login', { password })
        vault.write(token)
        set({ phase: 'signed_in', scope })
      } catch (error) {
        set({ phase: 'signed_out', error: MeshError.wrap(error) })
      }
    },
    async logout() {
      // Whether or not the coordinator hears it: this page is signed out. Its token then runs out there by itself.
      const told = client.call('session.logout').catch(() => undefined)
      vault.write(undefined)
      set({ phase: 'signed_out', error: undefined, ended: false, ...nobody })
      await told
    },
    async identify() {
      try {
        const { scope, sender, version } = await client.call('session.whoami')
        if (get().phase === 'signed_in') set({ scope, sender, version })
      } catch {
        // A refused token ends the session by `refused`; anything else shows as a lost connection.
      }
    },
    refused() {
      if (get().phase !== 'signed_in') return
      vault.write(undefined)
      set({ phase: 'signed_out', error: undefined, ended: true, ...nobody })
    },
  }))

export type SessionStore = ReturnType<typeof createSessionStore>
