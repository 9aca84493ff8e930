/**
 * The coordinator's store over a model disk. What was asked for together is one commit, made when the disk gets to it; a
 * process that dies before that leaves no trace of it, one that dies right after it never hears that it was made.
 */
import { idempotencyKeepS } from '../../contract/limits.ts'
import { hasEnded, type Message, type MessageState } from '../../contract/message.ts'
import { MeshError } from '../../contract/error.ts'
import type { MachineEvent } from '../../domain/message/events.ts'
import { step as machineStep } from '../../domain/message/machine.ts'
import { conversationKey } from '../../domain/message/order.ts'
import { summarise } from '../../domain/message/summary.ts'
import { type Clock, isoTime } from '../../core/platform/clock.ts'
import { notReplayable } from '../../core/storage/not-replayable.ts'
import type { StepFunction } from '../../core/storage/sqlite-store.ts'
import type {
  Change,
  ConversationRow,
  Enqueued,
  Idempotency,
  MessageFilter,
  Store,
  StoredNode,
  StoredToken,
  Transitioned,
} from '../../core/storage/store.ts'
import { claimKey, type ModelDisk } from './model-disk.ts'

/** How a commit goes: written; refused as by a full disk; the process dies before or right after it is written. */
export type CommitFate = 'written' | 'full' | 'dies before' | 'dies after'

export interface ModelStoreDeps {
  readonly disk: ModelDisk
  readonly clock: Clock
  /** Calls back when the disk gets to the writes that wait. */
  readonly soon: (commit: () => void) => void
  readonly fate?: (() => CommitFate) | undefined
  /** The process that this store is part of dies now. */
  readonly die?: (() => void) | undefined
  /** What is on disk now, also when nobody lives to hear it. */
  readonly written?: ((change: Change, before: Message | undefined) => void) | undefined
  readonly listenerFailed?: ((error: unknown) => void) | undefined
  readonly step?: StepFunction | undefined
  /** A fault to be found: answers before anything is on disk. */
  readonly answersEarly?: ((what: 'enqueue' | 'transition') => boolean) | undefined
}

interface Job {
  readonly run: () => void
  readonly resolve: () => void
  readonly reject: (error: MeshError) => void
}

const conversationShows = 1_000
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

export class ModelStore implements Store {
  readonly #deps: ModelStoreDeps
  readonly #listeners = new Set<(change: Change) => void>()
  #waiting: Job[] = []
  #notes: Change[] = []
  #state: 'open' | 'closed' | 'dead' = 'open'

  constructor(deps: ModelStoreDeps) {
    this.#deps = deps
  }

  enqueue(message: Message, idempotency?: Idempotency): Promise<Enqueued> {
    const early = this.#deps.answersEarly?.('enqueue') ? { message, created: true } : undefined
    return this.#write(() => {
      const { disk } = this.#deps
      const earlier = idempotency && this.#claimed(idempotency)
      if (earlier) return { message: earlier, created: false }
      if (disk.messages.has(message.id)) throw new Error(`There is a message ${message.id} already.`)
      this.#noteReplay(message)
      disk.insert(message, idempotency)
      this.#note({ message, previous: null, cause: null }, undefined)
      return { message, created: true }
    }, early)
  }

  transition(messageId: string, event: MachineEvent): Promise<Transitioned> {
    const { disk, clock, step = machineStep, answersEarly } = this.#deps
    const now = disk.messages.get(messageId)?.message
    const guess = answersEarly?.('transition') && now ? step(now, event, isoTime(clock)) : undefined
    const early = guess?.ok && guess.changed ? { message: guess.message, applied: true } : undefined
    return this.#write(() => this.#transition(messageId, event), early)
  }

  #transition(messageId: string, event: MachineEvent): Transitioned {
    const { disk, clock, step = machineStep } = this.#deps
    const stored = disk.messages.get(messageId)
    if (!stored) throw noMessage(messageId)
    const before = stored.message
    const at = isoTime(clock)
    const stepped = step(before, event, at)
    if (!stepped.ok) return { message: before, applied: false, why: stepped.why }
    if (!stepped.changed) return { message: before, applied: false, why: 'it changed nothing' }
    const after = stepped.message
    stored.message = after
    for (const effect of stepped.effects) disk.apply(effect, after, at)
    if (after.ended_at !== before.ended_at) disk.touch(after, at)
    this.#note({ message: after, previous: before.state, cause: event.type }, before)
    return { message: after, applied: true }
  }

  /** With the new message or not at all. */
  #noteReplay({ id, replay_of }: Message): void {
    if (replay_of === undefined) return
    const { message, applied } = this.#transition(replay_of, { type: 'replayed', message_id: id })
    if (!applied) throw notReplayable(message)
  }

  get(messageId: string) {
    return this.#read(() => this.#deps.disk.messages.get(messageId)?.message)
  }

  list({ limit, cursor, state, node_id, conversation, dead_letters = false }: MessageFilter) {
    return this.#read(() => {
      if (cursor !== undefined && !/^[0-9]{1,15}$/.test(cursor))
        throw new MeshError('invalid_input', 'cursor: is not one that a list gave out.', {
          details: { field: 'cursor' },
        })
      const fits = ({ seq, message }: { seq: number; message: Message }): boolean =>
        (cursor === undefined || seq < Number(cursor)) &&
        (state === undefined || message.state === state) &&
        (!dead_letters || ['failed', 'expired'].includes(message.state)) &&
        (node_id === undefined || message.node_id === node_id) &&
        (conversation === undefined || message.conversation === conversation)
      const found = [...this.#deps.disk.messages.values()].filter(fits).reverse()
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const next_cursor = last && found.length > limit ? String(last.seq) : null
      return { messages: page.map(({ message }) => summarise(message)), next_cursor }
    })
  }

  queued() {
    return this.#read(() => this.#inState('queued').sort((a, b) => a.priority - b.priority))
  }

  unsettled() {
    return this.#read(() => this.#inState('offered', 'started', 'running', 'interrupted'))
  }

  interrupted(limit: number) {
    return this.#read(() =>
      this.#inState('interrupted')
        .sort((a, b) => ((a.interrupted_at ?? '') < (b.interrupted_at ?? '') ? -1 : 1))
        .slice(0, limit)
        .map((message) => summarise(message)),
    )
  }

  claimed(request: Idempotency) {
    return this.#read(() => this.#claimed(request))
  }

  recentDuplicate(tokenHash: string, digest: string, maxAgeS: number) {
    return this.#read(() => {
      const oldest = this.#ago(maxAgeS * 1_000)
      const same = [...this.#deps.disk.messages.values()].filter(
        ({ origin, message }) =>
          origin?.token_hash === tokenHash && origin.digest === digest && message.created_at >= oldest,
      )
      return same.at(-1)?.message
    })
  }

  counts() {
    return this.#read(() => {
      const { disk, clock } = this.#deps
      const dayAgo = this.#ago(dayMs)
      const lately = (...states: MessageState[]): number =>
        this.#inState(...states).filter(({ ended_at = '' }) => ended_at > dayAgo).length
      const first = Math.floor(clock.now() / minuteMs) - 59
      const per_minute = new Array<number>(60).fill(0)
      for (const { message } of disk.messages.values()) {
        const minute = Math.floor(Date.parse(message.created_at) / minuteMs) - first
        if (minute in per_minute) per_minute[minute] = (per_minute[minute] ?? 0) + 1
      }
      return {
        queued: this.#inState('queued').length,
        running: this.#inState('offered', 'started', 'running').length,
        succeeded_24h: lately('succeeded'),
        failed_24h: lately('failed', 'expired'),
        per_minute,
      }
    })
  }

  conversation(sender: string, id: string): Promise<ConversationRow | undefined> {
    return this.#read(() => this.#row(conversationKey(sender, id)))
  }

  conversationWithMessages(id: string, sender?: string) {
    return this.#read(() => {
      const { disk } = this.#deps
      const named = [...disk.conversations.values()].filter((row) => row.id === id)
      const latest = named.sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1))[0]
      const owner = sender ?? latest?.sender ?? ''
      const row = this.#row(conversationKey(owner, id))
      const own = disk.where((message) => message.conversation === id && message.sender === owner)
      return row && { ...row, messages: own.slice(-conversationShows).map(summarise) }
    })
  }

  transcript(sender: string, id: string, limit: number) {
    return this.#read(() =>
      this.#inState('succeeded')
        .filter((message) => message.conversation === id && message.sender === sender)
        .slice(-limit),
    )
  }

  nodes(): Promise<StoredNode[]> {
    return this.#read(() => [...this.#deps.disk.nodes.values()])
  }

  putNode(node: StoredNode): Promise<void> {
    return this.#write(() => void this.#deps.disk.nodes.set(node.id, node))
  }

  removeNode(nodeId: string): Promise<void> {
    return this.#write(() => {
      const { nodes, tokens } = this.#deps.disk
      nodes.delete(nodeId)
      for (const token of [...tokens.values()]) if (token.node_id === nodeId) tokens.delete(token.hash)
    })
  }

  tokens(): Promise<StoredToken[]> {
    return this.#read(() => [...this.#deps.disk.tokens.values()])
  }

  putToken(token: StoredToken): Promise<void> {
    return this.#write(() => void this.#deps.disk.tokens.set(token.hash, token))
  }

  removeToken(hash: string): Promise<void> {
    return this.#write(() => void this.#deps.disk.tokens.delete(hash))
  }

  watch(listener: (change: Change) => void): () => void {
    const own = (change: Change): void => listener(change)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  prune(endedBefore: string): Promise<number> {
    return this.#write(() => {
      const { messages, claims, conversations } = this.#deps.disk
      const gone = this.#deps.disk.where(({ state, ended_at = '' }) => hasEnded(state) && ended_at < endedBefore)
      for (const { id } of gone) messages.delete(id)
      for (const [key, { messageId }] of [...claims]) if (!messages.has(messageId)) claims.delete(key)
      const kept = new Set(
        [...messages.values()].map(({ message }) => conversationKey(message.sender, message.conversation ?? '')),
      )
      for (const [key, { updated_at }] of [...conversations])
        if (updated_at < endedBefore && !kept.has(key)) conversations.delete(key)
      return gone.length
    })
  }

  /** What was asked for before is still written. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return
    this.#commit()
    this.#state = 'closed'
    this.#listeners.clear()
  }

  /** The process is gone: nothing that waits is written, and nobody is answered any more. */
  kill(): void {
    this.#state = 'dead'
    this.#waiting = []
    this.#listeners.clear()
  }

  #inState(...states: MessageState[]): Message[] {
    return this.#deps.disk.where(({ state }) => states.includes(state))
  }

  #row(key: string): ConversationRow | undefined {
    const row = this.#deps.disk.conversations.get(key)
    if (!row) return undefined
    const { pinned_by, ...shown } = row
    return shown
  }

  #ago(ms: number): string {
    return new Date(this.#deps.clock.now() - ms).toISOString()
  }

  /** The message that the key stands for, until a day after its end. */
  #claimed(request: Idempotency): Message | undefined {
    const { disk } = this.#deps
    const claim = request.key === '' ? undefined : disk.claims.get(claimKey(request))
    const message = claim && disk.messages.get(claim.messageId)?.message
    if (!claim || !message) return undefined
    const endedAt = hasEnded(message.state) ? message.ended_at : undefined
    if (endedAt !== undefined && endedAt <= this.#ago(idempotencyKeepS * 1_000)) return undefined
    if (claim.digest === request.digest) return message
    throw new MeshError('idempotency_conflict', 'idempotency_key: was used before with another request.', {
      hint: 'Use a new key for a new message.',
      details: { field: 'idempotency_key', key: request.key },
    })
  }

  #note(change: Change, before: Message | undefined): void {
    this.#notes.push(change)
    this.#deps.written?.(change, before)
  }

  async #read<T>(query: () => T): Promise<T> {
    if (this.#state === 'dead') return new Promise<T>(() => undefined)
    if (this.#state === 'closed') throw storeClosed()
    return query()
  }

  #write<T>(write: () => T, early?: T): Promise<T> {
    if (this.#state === 'closed') return Promise.reject(storeClosed())
    return new Promise<T>((resolve, reject) => {
      if (this.#state === 'dead') return
      let answer: { readonly value: T } | undefined
      const run = (): void => void (answer = { value: write() })
      const done = (): void => {
        if (answer) resolve(answer.value)
      }
      if (this.#waiting.push({ run, resolve: done, reject }) === 1) this.#deps.soon(() => this.#commit())
      if (early !== undefined) resolve(early)
    })
  }

  #commit(): void {
    if (this.#state !== 'open') return
    const jobs = this.#waiting
    this.#waiting = []
    const fate = this.#deps.fate?.() ?? 'written'
    if (fate === 'dies before') {
      this.#deps.die?.()
      return
    }
    if (fate === 'full') {
      for (const job of jobs) job.reject(new MeshError('store_failed', 'The disk is full.'))
      return
    }
    const answers = jobs.map((job) => this.#run(job))
    const notes = this.#notes
    this.#notes = []
    if (fate === 'dies after') {
      this.#deps.die?.()
      return
    }
    for (const note of notes) for (const listener of [...this.#listeners]) this.#tell(listener, note)
    for (const answer of answers) answer()
  }

  #tell(listener: (change: Change) => void, change: Change): void {
    try {
      listener(change)
    } catch (error) {
      this.#deps.listenerFailed?.(error)
    }
  }

  /** Runs one write; how its answer is then given. An error undoes nothing: writes check before they change. */
  #run({ run, resolve, reject }: Job): () => void {
    try {
      run()
      return resolve
    } catch (error) {
      return () => reject(MeshError.wrap(error))
    }
  }
}

const noMessage = (id: string): MeshError => new MeshError('message_not_found', `No message with id ${id}.`)
const storeClosed = (): MeshError => new MeshError('store_failed', 'The store is closed.')
