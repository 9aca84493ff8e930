/**
 * The two switches of this machine: a coordinator here or not, and its agent joined to that one, to another or to none.
 * One change at a time, in the order asked for; what fails is told to whoever asked and stays readable in the state.
 */
import type { DesktopCalls, DesktopState, JoinMode } from '../../shared/contract/desktop.ts'
import { type ErrorBody, MeshError } from '../../shared/contract/error.ts'
import type { GatewayReport } from '../../shared/contract/node.ts'
import type { Scope } from '../../shared/contract/procedure.ts'
import { coordinatorBase } from '../../shared/core/agent/coordinator-url.ts'
import type { AgentState } from '../../shared/core/agent/node-agent.ts'
import { type Clock } from '../../shared/core/platform/clock.ts'
import type { Log } from '../../shared/core/platform/log.ts'
import type { Choices } from '../settings/choices.ts'
import type { Static } from 'typebox'

export interface RunningHost {
  readonly url: string
  readonly adminToken: string
  readonly joinToken: string
  stop(): Promise<void>
}

export interface RunningNode {
  readonly state: AgentState
  gateway(): GatewayReport
  /** Tells of every change of `state` and `gateway()`; returns its unsubscribe. */
  onChange(listener: () => void): () => void
  setPaused(paused: boolean): void
  stop(): Promise<void>
}

export interface NodeTarget {
  readonly mode: 'own' | 'remote'
  readonly url: string
  readonly joinToken?: string | undefined
}

/** The coordinator that the window works on. The token stays in this process. */
export interface MeshAccess {
  readonly url: string
  readonly token: string
  readonly scope: Scope
}

/** What Electron knows, as values. */
export type DesktopFacts = Pick<DesktopState, 'start_at_login' | 'has_tray' | 'version' | 'settings_warnings'>

export interface MachineServicesDeps {
  readonly clock: Clock
  readonly log: Log
  readonly choices: { readonly now: Choices; change(part: ChoicesPart): Promise<void> }
  readonly openHost: () => Promise<RunningHost>
  /** Started; throws when there is no gateway to be a node with. */
  readonly openNode: (target: NodeTarget) => Promise<RunningNode>
  /** Looks for the gateway without attaching to it. */
  readonly findGateway: () => Promise<GatewayReport>
  readonly tokens: {
    read(url: string): Promise<string | undefined>
    write(url: string, token: string | undefined): Promise<void>
  }
  /** What a token may do at a coordinator; throws `unauthorized` when it is refused. */
  readonly scopeOf: (url: string, token: string) => Promise<Scope>
  /** Hosting joins this machine too, unless the person has chosen otherwise. */
  readonly joinWhenHosting: () => boolean
  readonly facts: () => DesktopFacts
}

export type ChoicesPart = { readonly [K in keyof Choices]?: Choices[K] | undefined }
export type JoinInput = Static<DesktopCalls['desktop.join']['input']>
export type PauseInput = Static<DesktopCalls['desktop.pause']['input']>

export class MachineServices {
  readonly #deps: MachineServicesDeps
  readonly #listeners = new Set<(state: DesktopState) => void>()
  #turn: Promise<unknown> = Promise.resolve()
  #host: RunningHost | undefined
  #node: RunningNode | undefined
  #offNode: () => void = () => undefined
  #remoteAccess: MeshAccess | undefined
  #hostProblem: ErrorBody | undefined
  #joinProblem: ErrorBody | undefined
  #cancelResume: () => void = () => undefined
  #stopping = false

  constructor(deps: MachineServicesDeps) {
    this.#deps = deps
  }

  /** Takes up what was switched on when the app last ran. What cannot be taken up is a problem in the state, not a failure. */
  start(): Promise<void> {
    return this.#next(async () => {
      const { host, join = 'off' } = this.#deps.choices.now
      this.#watchPause()
      if (host) await this.#openHost().catch(() => undefined)
      if (join === 'remote') await this.#openAccess()
      if (join === 'remote' || (join === 'own' && this.#host)) await this.#openNode(join).catch(() => undefined)
    })
  }

  /** Node first, so that it can say goodbye to a coordinator of its own. What was switched on is remembered. */
  stop(): Promise<void> {
    this.#stopping = true
    return this.#next(async () => {
      this.#cancelResume()
      await this.#closeNode().catch((error: unknown) => this.#deps.log.error({ err: error }, 'The node did not stop.'))
      await this.#closeHost()
      this.#listeners.clear()
    })
  }

  setHost(on: boolean): Promise<DesktopState> {
    return this.#next(async () => {
      const { choices } = this.#deps
      await choices.change({ host: on })
      if (!on) {
        this.#hostProblem = undefined
        if (choices.now.join === 'own') await this.#closeNode()
        await this.#closeHost()
        return this.state
      }
      if (this.#host) return this.state
      await this.#openHost()
      if (choices.now.join === undefined && this.#deps.joinWhenHosting()) await choices.change({ join: 'own' })
      // The coordinator serves other machines even where there is nothing to be a node with.
      if (choices.now.join === 'own') await this.#openNode('own').catch(() => undefined)
      return this.state
    })
  }

  setJoin(input: JoinInput): Promise<DesktopState> {
    return this.#next(async () => {
      if (input.mode === 'own' && !this.#host) throw hostFirst()
      const joinToken = input.mode === 'remote' ? await this.#prepareRemote(input) : undefined
      await this.#closeNode()
      await this.#deps.choices.change({ join: input.mode })
      await this.#openAccess()
      this.#joinProblem = undefined
      if (input.mode !== 'off') await this.#openNode(input.mode, joinToken)
      this.#tell()
      return this.state
    })
  }

  setPaused({ on, for_s }: PauseInput): Promise<DesktopState> {
    return this.#next(async () => {
      const { choices, clock } = this.#deps
      const until = on && for_s !== undefined ? clock.now() + for_s * 1_000 : undefined
      await choices.change({ paused: on, paused_until: until })
      this.#watchPause()
      this.#node?.setPaused(on)
      this.#tell()
      return this.state
    })
  }

  /** Where a gateway is found and a node should be but is not, the node is started. */
  findGateway(): Promise<GatewayReport | { problem: ErrorBody }> {
    return this.#next(async () => {
      if (this.#node) return this.#node.gateway()
      try {
        const report = await this.#deps.findGateway()
        const { join = 'off' } = this.#deps.choices.now
        if (join === 'remote' || (join === 'own' && this.#host)) await this.#openNode(join)
        return report
      } catch (error) {
        return { problem: MeshError.wrap(error).toBody() }
      }
    })
  }

  get access(): MeshAccess | undefined {
    if (this.#remoteAccess) return this.#remoteAccess
    return this.#host && { url: this.#host.url, token: this.#host.adminToken, scope: 'admin' }
  }

  get state(): DesktopState {
    const { choices, facts } = this.#deps
    const { now } = choices
    const access = this.access
    return {
      host: { on: this.#host !== undefined, ...some('url', this.#host?.url), ...some('problem', this.#hostProblem) },
      join: {
        ...this.#joinState(now.join ?? 'off'),
        paused: now.paused,
        ...some('paused_until', now.paused_until === undefined ? undefined : new Date(now.paused_until).toISOString()),
      },
      window: access ? { coordinator_url: access.url, scope: access.scope } : null,
      ...facts(),
    }
  }

  /** Tells of every change from now on; returns its unsubscribe. */
  onChange(listener: (state: DesktopState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Something outside changed: settings, start at login. */
  refresh(): void {
    this.#tell()
  }

  #joinState(mode: JoinMode): Omit<DesktopState['join'], 'paused' | 'paused_until'> {
    const agent = this.#node?.state
    const url = agent?.coordinator_url ?? (mode === 'remote' ? this.#deps.choices.now.remote_url : this.#host?.url)
    const problem = agent ? agent.problem : this.#joinProblem
    const status = agent === undefined || agent.status === 'stopped' ? 'off' : agent.status
    return {
      mode,
      status,
      ...some('coordinator_url', mode === 'off' ? undefined : url),
      ...some('node_id', agent?.node_id),
      ...some('gateway', this.#node?.gateway()),
      ...some('problem', problem),
    }
  }

  async #openHost(): Promise<void> {
    try {
      this.#host = await this.#deps.openHost()
      this.#hostProblem = undefined
    } catch (error) {
      this.#hostProblem = this.#told(error, 'The coordinator could not be started.')
      throw error
    } finally {
      this.#tell()
    }
  }

  async #closeHost(): Promise<void> {
    const host = this.#host
    this.#host = undefined
    this.#tell()
    await host?.stop()
  }

  async #openNode(mode: 'own' | 'remote', joinToken = mode === 'own' ? this.#host?.joinToken : undefined) {
    const url = mode === 'own' ? this.#host?.url : this.#deps.choices.now.remote_url
    if (url === undefined || this.#stopping) return
    try {
      const node = await this.#deps.openNode({ mode, url, joinToken })
      this.#node = node
      this.#joinProblem = undefined
      node.setPaused(this.#deps.choices.now.paused)
      this.#offNode = node.onChange(() => this.#tell())
    } catch (error) {
      this.#joinProblem = this.#told(error, 'This machine could not become a node.')
      throw error
    } finally {
      this.#tell()
    }
  }

  async #closeNode(): Promise<void> {
    const node = this.#node
    this.#offNode()
    this.#node = undefined
    await node?.stop()
    this.#tell()
  }

  /** Checks address and operator token before anything is given up. Answers the join token to show there. */
  async #prepareRemote({ url, join_token, operator_token }: JoinInput): Promise<string | undefined> {
    const { choices, tokens, scopeOf } = this.#deps
    const wanted = url ?? choices.now.remote_url
    if (wanted === undefined) throw needsUrl()
    const base = coordinatorBase(wanted)
    if (operator_token !== undefined) {
      await scopeOf(base, operator_token)
      await tokens.write(base, operator_token)
    }
    await choices.change({ remote_url: base })
    return join_token
  }

  /** In remote mode the window works there with the token it was given; without one it works on the coordinator here, if any. */
  async #openAccess(): Promise<void> {
    this.#remoteAccess = undefined
    const { choices, tokens, scopeOf, log } = this.#deps
    const { join, remote_url: url } = choices.now
    if (join !== 'remote' || url === undefined) return
    try {
      const token = await tokens.read(url)
      // While that coordinator is away the token is taken at the word of its kind; every call is checked there anyway.
      if (token !== undefined) {
        const scope = await scopeOf(url, token).catch(whileAway)
        this.#remoteAccess = { url, token, scope }
      }
    } catch (error) {
      log.warn({ err: MeshError.wrap(error).toBody() }, 'The window cannot use its token for the other coordinator.')
    }
  }

  #watchPause(): void {
    const { clock, choices } = this.#deps
    this.#cancelResume()
    const { paused, paused_until: until } = choices.now
    if (!paused || until === undefined) return
    this.#cancelResume = clock.after(Math.max(0, until - clock.now()), () => {
      this.setPaused({ on: false }).catch((error: unknown) => this.#told(error, 'The pause could not be ended.'))
    })
  }

  #told(error: unknown, what: string): ErrorBody {
    const problem = MeshError.wrap(error)
    this.#deps.log.warn({ err: problem.code === 'internal' ? problem.cause : problem.toBody() }, what)
    return problem.toBody()
  }

  #tell(): void {
    if (this.#stopping) return
    const { state } = this
    for (const listener of this.#listeners) listener(state)
  }

  /** After everything asked for before, whether or not that went well. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

function whileAway(error: unknown): Scope {
  if (error instanceof MeshError && (error.code === 'coordinator_unreachable' || error.code === 'timeout'))
    return 'operator'
  throw error
}

const some = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V })

const hostFirst = (): MeshError =>
  new MeshError('invalid_input', 'This computer does not host a mesh, so there is none of its own to join.', {
    hint: 'Switch “Host mesh” on first, or join another coordinator by its URL.',
  })
const needsUrl = (): MeshError =>
  new MeshError('invalid_input', 'url: is missing.', {
    hint: 'Give the coordinator’s address, as it shows it.',
    details: { field: 'url' },
  })
