/** The token a node dials with: kept from before, or got by registering. Owns the node's identity while the agent runs. */
import type { Capabilities } from '../../contract/capabilities.ts'
import { MeshError } from '../../contract/error.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Identity, IdentityStore } from './identity.ts'
import { register } from './registration.ts'

export interface CredentialDeps {
  /** As `coordinatorBase` gives it. */
  readonly base: string
  readonly joinToken?: string | undefined
  /** The name the user wants for this node. */
  readonly name: string
  readonly version: string
  readonly capabilities: () => Capabilities
  readonly proposedId: () => Promise<string>
  readonly store: IdentityStore
  readonly clock: Clock
  readonly log: Log
}

export class Credentials {
  readonly #deps: CredentialDeps
  #identity: Identity | undefined
  #tokenUnknown = false

  constructor(deps: CredentialDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    const kept = await this.#deps.store.read()
    // Another coordinator's token is none of this one's business.
    if (kept?.coordinator_url === this.#deps.base) this.#identity = kept
  }

  get identity(): Identity | undefined {
    return this.#identity
  }

  /** The granted name, unless the user has changed the setting since. */
  get nameToAsk(): string {
    const { name } = this.#deps
    return this.#identity?.asked_name === name ? this.#identity.name : name
  }

  get canRegister(): boolean {
    return this.#deps.joinToken !== undefined
  }

  /** Registers if it has to: with the id this node had, if the coordinator lets it have that again. */
  async obtain(signal: AbortSignal): Promise<Identity> {
    const former = this.#identity
    if (former && !this.#tokenUnknown) return former
    const { base, joinToken, name, version, capabilities, proposedId, clock, log } = this.#deps
    if (joinToken === undefined) throw noJoinToken(base)
    const input = {
      name,
      version,
      capabilities: capabilities(),
      proposed_id: former?.node_id ?? (await proposedId()),
      ...(former ? { node_token: former.token } : {}),
    }
    const granted = await register(input, joinToken, { base, signal, clock })
    log.info({ node_id: granted.node_id, name: granted.name }, 'registered as a node')
    const { node_id, token } = granted
    const identity = { coordinator_url: base, node_id, name: granted.name, asked_name: name, token }
    await this.#remember(identity)
    this.#tokenUnknown = false
    return identity
  }

  /** The coordinator has the last word on id and name. */
  async granted(node_id: string, name: string): Promise<void> {
    const identity = this.#identity
    if (!identity) return
    const asked_name = this.#deps.name
    if (identity.node_id === node_id && identity.name === name && identity.asked_name === asked_name) return
    try {
      await this.#remember({ ...identity, node_id, name, asked_name })
    } catch (error) {
      this.#deps.log.error({ err: error }, 'the name that the coordinator granted could not be kept')
    }
  }

  /** A token that is not known today is kept on disk: the coordinator may be another one by mistake. */
  async lost(what: 'token' | 'identity'): Promise<void> {
    this.#tokenUnknown = true
    if (what === 'token') return
    this.#identity = undefined
    try {
      await this.#deps.store.clear()
    } catch (error) {
      this.#deps.log.error({ err: error }, 'the identity of a node that was removed could not be deleted')
    }
  }

  async #remember(identity: Identity): Promise<void> {
    this.#identity = identity
    await this.#deps.store.write(identity)
  }
}

const noJoinToken = (base: string): MeshError =>
  new MeshError('unauthorized', `This machine is not a node of ${base} yet, and no join token was given.`, {
    hint: 'Run `claw-mesh join --token <token>` with the join token that `claw-mesh init` prints on the coordinator.',
  })
