/**
 * Sees everything: what is on the coordinator's disk, what its users were told, what the gateways really did. Says when
 * one of the promises of the mesh is broken. Knows nothing of how the mesh works.
 */
import { runId } from '../../contract/link.ts'
import { hasEnded, type Message } from '../../contract/message.ts'
import type { Change } from '../../core/storage/store.ts'
import { conversationKey } from '../../domain/message/order.ts'
import { checkCharges, checkEnd, checkPin } from './commit-checks.ts'
import type { ModelDisk } from './model-disk.ts'
import type { Turn } from './model-gateway.ts'
import { Transcripts } from './transcripts.ts'

export interface Violation {
  readonly promise: string
  readonly what: string
}

/** Outcomes that say: no turn ran for this attempt. */
const neverRan: readonly (string | undefined)[] = ['refused', 'never_began']

export class Witness {
  readonly #turns = new Map<string, Turn[]>()
  readonly #acknowledged = new Map<string, string>()
  /** Per conversation the place in the queue of the last message whose turn began in order. */
  readonly #lastBegun = new Map<string, number>()
  /** Their conversations went on without them. */
  readonly #passedOver = new Set<string>()
  readonly #transcripts = new Transcripts()
  readonly #trace: (who: string, what: string) => void
  #disk: ModelDisk | undefined
  #violation: Violation | undefined
  turnsBegun = 0

  constructor(trace: (who: string, what: string) => void) {
    this.#trace = trace
  }

  get violation(): Violation | undefined {
    return this.#violation
  }

  get acknowledged(): readonly string[] {
    return [...this.#acknowledged.values()]
  }

  watch(disk: ModelDisk): void {
    this.#disk = disk
  }

  broken(promise: string, what: string): void {
    this.#trace('WITNESS', `${promise}: ${what}`)
    this.#violation ??= { promise, what }
  }

  turnsOf(messageId: string): readonly Turn[] {
    return this.#turns.get(messageId) ?? []
  }

  /** A user was told that the message is taken. */
  told(key: string, message: Message): void {
    const before = this.#acknowledged.get(key)
    if (before !== undefined && before !== message.id)
      this.broken('one message per key', `${key} stands for ${before} and for ${message.id}`)
    this.#acknowledged.set(key, message.id)
  }

  /** A change is on disk. */
  written(change: Change, before: Message | undefined): void {
    const { message, cause } = change
    this.#trace(
      'disk',
      `${message.id} ${cause ?? 'new'}: ${before?.state ?? ''} → ${message.state} #${message.attempt}`,
    )
    const broken = (promise: string, what: string): void => this.broken(promise, what)
    checkEnd(before, message, this.turnsOf(message.id), broken)
    checkCharges(message, broken)
    this.#checkNeverRan(message)
    if (cause === 'offer' && this.#disk) this.#transcripts.offered(message, this.#disk, this.#passedOver)
    if (message.state === 'interrupted') this.#passedOver.add(message.id)
    const { sender, conversation } = message
    if (conversation !== undefined && before)
      checkPin(before, message, this.#disk?.conversations.get(conversationKey(sender, conversation)), broken)
  }

  /** A turn begins in a gateway, whatever anybody thinks of it. */
  began(turn: Turn): void {
    const { run_id } = turn
    this.turnsBegun += 1
    this.#trace(turn.nodeId, `gateway begins ${run_id}`)
    const messageId = run_id.replace(/\.\d+$/, '')
    const stored = this.#disk?.messages.get(messageId)
    if (!stored) {
      this.broken('acknowledged is never lost', `${run_id} begins, and there is no such message on disk`)
      return
    }
    const { message, seq } = stored
    const earlier = this.turnsOf(messageId)
    const again = earlier.find(({ state, effects }) => state !== 'failed' || effects)
    if (again)
      this.broken(
        'at most one begun turn',
        `${run_id} begins at ${turn.nodeId} after ${again.run_id} was ${again.state}`,
      )
    this.#turns.set(messageId, [...earlier, turn])
    const missing = this.#transcripts.missing(turn, this.#all())
    if (missing.length > 0)
      this.broken('a turn knows its conversation', `${run_id} begins at ${turn.nodeId} without ${missing.join(', ')}`)
    const attempt = message.attempts.find((one) => runId({ message_id: messageId, attempt: one.number }) === run_id)
    if (attempt?.started_at === undefined) this.broken('start is on disk first', `${run_id} begins`)
    else if ([...neverRan, 'cancelled'].includes(attempt.outcome))
      this.broken('what was given back does not begin', `${run_id} begins, its attempt is ${attempt.outcome ?? ''}`)
    this.#checkOrder(message, seq, turn)
  }

  turnEnded(turn: Turn): void {
    this.#trace(turn.nodeId, `gateway: ${turn.run_id} ${turn.state}${turn.effects ? ', with effects' : ''}`)
  }

  /** One at a time and in order, except for those that were given up as interrupted, expired or the like. */
  #checkOrder(message: Message, seq: number, turn: Turn): void {
    const { sender, conversation } = message
    if (conversation === undefined || isGivenUp(message) || this.#passedOver.has(message.id)) return
    for (const other of this.#all()) {
      if (other.state !== 'running' || other.session !== turn.session || other === turn) continue
      const theirs = this.#disk?.messages.get(other.run_id.replace(/\.\d+$/, ''))?.message
      if (theirs && theirs.id !== message.id && !isGivenUp(theirs))
        this.broken('one turn at a time', `${turn.run_id} begins beside ${other.run_id}`)
    }
    const key = conversationKey(sender, conversation)
    const last = this.#lastBegun.get(key) ?? 0
    if (seq < last) this.broken('order in a conversation', `${turn.run_id} begins after a later message did`)
    this.#lastBegun.set(key, Math.max(seq, last))
  }

  *#all(): Generator<Turn> {
    for (const turns of this.#turns.values()) yield* turns
  }

  #checkNeverRan(message: Message): void {
    for (const { number, outcome } of message.attempts) {
      if (!neverRan.includes(outcome)) continue
      const id = runId({ message_id: message.id, attempt: number })
      if (this.turnsOf(message.id).some(({ run_id }) => run_id === id))
        this.broken('never began is the truth', `${id} is ${outcome ?? ''}, but its turn ran`)
    }
  }
}

export const isGivenUp = ({ state }: Pick<Message, 'state'>): boolean => state === 'interrupted' || hasEnded(state)
