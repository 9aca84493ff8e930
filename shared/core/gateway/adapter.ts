/** What a node agent asks of a gateway, whichever kind it is. Design §3. */
import type { SkillDetail } from '../../contract/capabilities.ts'
import type { ErrorBody } from '../../contract/error.ts'
import type { ContextTurn, Effects, Usage } from '../../contract/message.ts'
import type { AdapterName, GatewayReport } from '../../contract/node.ts'

export interface GatewayAttempt {
  /** `<message_id>.<attempt>`: idempotency key and run id. */
  readonly run_id: string
  readonly content: string
  readonly context: readonly ContextTurn[]
  /** 32 hex; the adapter puts its prefix before it. */
  readonly session: string
  /** Whole seconds the turn may take. */
  readonly timeout_s: number
}

export type GatewayEvent =
  | { readonly type: 'started' }
  /** Text that follows what came before; `offset` is its place in the answer, in UTF-16 code units. A smaller offset than before replaces from there. */
  | { readonly type: 'delta'; readonly offset: number; readonly text: string }
  | { readonly type: 'tool'; readonly name: string; readonly phase: 'start' | 'end' }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The whole answer. Last event. */
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'cancelled'; readonly text: string }
  /** Never an answer that looks fine. `text` is what came before. Last event. */
  | {
      readonly type: 'failed'
      readonly error: ErrorBody
      readonly began: boolean
      readonly effects: Effects
      readonly text: string
    }
  /** The gateway went away and cannot say any more what became of the turn; `settle` may know later. Last event. */
  | { readonly type: 'lost'; readonly error: ErrorBody; readonly text: string }

/** What became of a turn that nobody watched. */
export type Settled =
  | { readonly state: 'succeeded'; readonly text: string; readonly usage?: Usage | undefined }
  | { readonly state: 'failed'; readonly error: ErrorBody; readonly began: boolean; readonly effects: Effects }
  | { readonly state: 'cancelled' }
  | { readonly state: 'never_began' }
  | { readonly state: 'interrupted'; readonly error: ErrorBody }

/** Turns as the gateway itself counts them, work that did not come through the mesh included. */
export interface GatewayLoad {
  readonly running: number
  readonly queued: number
  readonly slots: number
}

export interface GatewayAdapter {
  readonly name: AdapterName
  /** Begins watching the gateway. Never rejects because the gateway is away: that is a state. */
  start(): Promise<void>
  stop(): Promise<void>
  /** State as last seen. */
  health(): GatewayReport
  /** Calls back when `health()` or `load()` changed; within 3 s of a gateway going away or coming back. Returns its unsubscribe. */
  onChange(listener: () => void): () => void
  load(): GatewayLoad
  /** Eligible skills; empty where the gateway has none. */
  skills(): Promise<SkillDetail[]>
  /**
   * Runs one turn. Ends after `done`, `cancelled`, `failed` or `lost`; never throws. Aborting `signal` stops the turn in
   * the gateway at once and ends with `cancelled` when the gateway confirmed it.
   */
  send(attempt: GatewayAttempt, signal: AbortSignal): AsyncIterable<GatewayEvent>
  /** After a restart of agent or gateway: finds out what became of a begun turn. Waits for it if it still runs. */
  settle(attempt: Pick<GatewayAttempt, 'run_id' | 'session'>, signal: AbortSignal): Promise<Settled>
  /**
   * Stops a begun turn that `send` does not watch any more, such as one that is being settled; an away gateway is told when it
   * is back. Ending `settle` by its signal stops nothing. Absent where a turn cannot outlive its `send`.
   */
  cancel?(attempt: Pick<GatewayAttempt, 'run_id' | 'session'>): void
}
