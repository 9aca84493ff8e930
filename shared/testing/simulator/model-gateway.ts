/**
 * A gateway on a simulated node: it runs turns, keeps their history on disk, and outlives the agent. What it knows of
 * its turns is the truth that the mesh's words are held against.
 */
import type { GatewayAttempt } from '../../core/gateway/adapter.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

export type TurnState = 'running' | 'answered' | 'failed' | 'stopped' | 'killed'

export interface Turn {
  readonly run_id: string
  readonly session: string
  readonly content: string
  /** Earlier turns that it was handed, asked and answered, one after the other. */
  readonly context: readonly string[]
  readonly nodeId: string
  readonly begunAt: number
  state: TurnState
  /** Text or a tool came of it. */
  effects: boolean
  answer: string
}

export type GatewayWord =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool' }
  | { readonly type: 'answer'; readonly text: string }
  | { readonly type: 'failed'; readonly effects: boolean }
  | { readonly type: 'stopped' }
  /** The connection ends in rubbish: no end of the turn is ever told. */
  | { readonly type: 'garbage' }
  | { readonly type: 'gone' }

export interface ModelGatewayDeps {
  readonly nodeId: string
  readonly time: VirtualTime
  readonly random: Random
  readonly slots: number
  readonly began: (turn: Turn) => void
  readonly ended: (turn: Turn) => void
}

/** Shares of turns that go wrong. */
const failsEarly = 0.07
const failsLate = 0.04
const babbles = 0.03
const hangs = 0.015
const spareS = 5

export class ModelGateway {
  readonly turns = new Map<string, Turn>()
  readonly #watching = new Map<string, (word: GatewayWord) => void>()
  readonly #listeners = new Set<() => void>()
  readonly #deps: ModelGatewayDeps
  #up = true
  #starts = 1

  constructor(deps: ModelGatewayDeps) {
    this.#deps = deps
  }

  get up(): boolean {
    return this.#up
  }

  /** A connection made in one life of the gateway is gone in the next. */
  get starts(): number {
    return this.#starts
  }

  get slots(): number {
    return this.#deps.slots
  }

  get running(): Turn[] {
    return [...this.turns.values()].filter(({ state }) => state === 'running')
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The request arrives: a turn begins. False when nobody is there to take it. */
  take(attempt: GatewayAttempt, tell: (word: GatewayWord) => void): boolean {
    if (!this.#up) return false
    const { nodeId, time, random, began } = this.#deps
    const { run_id, session, content } = attempt
    const context = attempt.context.map(({ text }) => text)
    const fresh = { context, run_id, session, content, nodeId, begunAt: time.now, effects: false, answer: '' }
    const turn: Turn = { ...fresh, state: 'running' }
    this.#watching.set(run_id, tell)
    began(turn)
    this.turns.set(run_id, turn)
    this.#play(turn, random)
    // Its own limit, should nobody be there to hold the mesh's.
    time.after((attempt.timeout_s + spareS) * 1_000, () => {
      if (turn.state === 'running') this.#end(turn, 'failed', { type: 'failed', effects: true })
    })
    this.#changed()
    return true
  }

  unwatch(runId: string): void {
    this.#watching.delete(runId)
  }

  /** A gateway that is away has nothing to stop: its turns died with it. */
  stop(runId: string): void {
    const turn = this.turns.get(runId)
    if (turn?.state === 'running') this.#end(turn, 'stopped', { type: 'stopped' })
  }

  /** The process ends: turns die, their inputs stay in the history. */
  down(): void {
    if (!this.#up) return
    this.#up = false
    for (const turn of this.running) this.#end(turn, 'killed', { type: 'gone' })
    for (const tell of [...this.#watching.values()]) tell({ type: 'gone' })
    this.#watching.clear()
    this.#changed()
  }

  start(): void {
    if (this.#up) return
    this.#up = true
    this.#starts += 1
    this.#changed()
  }

  #play(turn: Turn, random: Random): void {
    const { time } = this.#deps
    const lot = random.next()
    const pieces = random.int(0, 2)
    const lastsMs = random.chance(0.15) ? random.int(3_000, 20_000) : random.int(20, 2_500)
    const usesTool = random.chance(0.2)
    const then = (share: number, act: () => void): void => {
      time.after(lastsMs * share, () => {
        if (turn.state === 'running' && this.turns.get(turn.run_id) === turn) act()
      })
    }
    if (lot < failsEarly) {
      then(0.5, () => this.#end(turn, 'failed', { type: 'failed', effects: false }))
      return
    }
    if (usesTool) then(0.2, () => this.#say(turn, { type: 'tool' }))
    for (let piece = 0; piece < pieces; piece++)
      then(0.3 + piece * 0.2, () => this.#say(turn, { type: 'text', text: `piece ${piece} ` }))
    if (lot < failsEarly + failsLate)
      then(0.9, () => this.#end(turn, 'failed', { type: 'failed', effects: turn.effects }))
    else if (lot < failsEarly + failsLate + babbles) {
      then(0.9, () => {
        turn.effects = true
        this.#end(turn, 'failed', { type: 'garbage' })
      })
    } else if (lot > hangs + failsEarly + failsLate + babbles) {
      then(1, () => {
        turn.answer = `answer of ${turn.nodeId} to ${turn.run_id}`
        turn.effects = true
        this.#end(turn, 'answered', { type: 'answer', text: turn.answer })
      })
    }
  }

  #say(turn: Turn, word: GatewayWord): void {
    turn.effects = true
    this.#watching.get(turn.run_id)?.(word)
  }

  #end(turn: Turn, state: TurnState, word: GatewayWord): void {
    turn.state = state
    this.#watching.get(turn.run_id)?.(word)
    this.#watching.delete(turn.run_id)
    this.#deps.ended(turn)
    this.#changed()
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
