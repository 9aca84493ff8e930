/** The coordinator's store in one SQLite file: every write of one event-loop turn is one commit, and told to those who watch after it. */
import type { Message } from '../../contract/message.ts'
import { MeshError } from '../../contract/error.ts'
import type { MachineEvent, Step } from '../../domain/message/events.ts'
import { step as machineStep } from '../../domain/message/machine.ts'
import type { Clock } from '../platform/clock.ts'
import { isoTime } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { type ConversationRows, conversationRows } from './conversation-rows.ts'
import { type OpenDatabase, openDatabase, type Synchronous } from './database.ts'
import { type DirectoryRows, directoryRows } from './directory-rows.ts'
import { GroupCommit, type When } from './group-commit.ts'
import { type IdempotencyRows, idempotencyRows } from './idempotency-rows.ts'
import { type MessageQueries, messageQueries } from './message-queries.ts'
import { type MessageRows, messageRows } from './message-rows.ts'
import { coordinatorMigrations } from './migrations.ts'
import { notReplayable } from './not-replayable.ts'
import { isDamage, storeFailure } from './sqlite-errors.ts'
import type { Inventory, SetAside } from './set-aside.ts'
import { StoreTrouble } from './store-trouble.ts'
import { type TallyRows, tallyRows } from './tally-rows.ts'
import type {
  Change,
  Enqueued,
  Idempotency,
  MessageFilter,
  Store,
  StoredNode,
  StoredToken,
  Transitioned,
} from './store.ts'

export type StepFunction = (message: Message, event: MachineEvent, at: string) => Step

export interface SqliteStoreOptions {
  readonly file: string
  readonly clock: Clock
  readonly log: Log
  /** The machine; handed in by tests that want another. */
  readonly step?: StepFunction
  readonly synchronous?: Synchronous | undefined
  /** How long a write that nobody waits for waits for company; 0: not at all. */
  readonly laterMs?: number | undefined
}

/** What a damaged file may still tell of what it held. */
const inventory: Inventory = {
  waiting: `SELECT count(*) AS n FROM messages WHERE state = 'queued'`,
  with_a_node: `SELECT count(*) AS n FROM messages WHERE state IN ('offered', 'started', 'running', 'interrupted')`,
  messages: 'SELECT count(*) AS n FROM messages',
  nodes: 'SELECT count(*) AS n FROM nodes',
}

/** Opens and migrates; sets a damaged file aside. Throws already_running, store_newer, store_failed, disk_full. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { file, clock, log, step = machineStep, synchronous = 'FULL' } = options
  const database = await openDatabase({
    file,
    owner: 'coordinator',
    migrations: coordinatorMigrations,
    synchronous,
    inventory,
    clock,
    log,
  })
  return new SqliteStore({ database, clock, log, step, laterMs: options.laterMs })
}

/** Messages of a conversation that are shown with it. */
const conversationShows = 1_000
/** One commit of a prune; many small ones let others in between. */
const pruneAtOnce = 200

export interface SqliteStoreDeps {
  readonly database: OpenDatabase
  readonly clock: Clock
  readonly log: Log
  readonly step: StepFunction
  readonly laterMs?: number | undefined
}

export class SqliteStore implements Store {
  readonly #deps: SqliteStoreDeps
  readonly #writes: GroupCommit<Change>
  readonly #trouble: StoreTrouble
  readonly #messages: MessageRows
  readonly #queries: MessageQueries
  readonly #conversations: ConversationRows
  readonly #tallies: TallyRows
  readonly #idempotency: IdempotencyRows
  readonly #directory: DirectoryRows
  readonly #listeners = new Set<(change: Change) => void>()
  #closing: Promise<void> | undefined

  constructor(deps: SqliteStoreDeps) {
    const { db, file } = deps.database
    this.#deps = deps
    this.#trouble = new StoreTrouble({ ...deps, file, tryWriting: () => this.#tryWriting() })
    this.#writes = new GroupCommit({
      db,
      file,
      log: deps.log,
      laterMs: deps.laterMs,
      committed: (changes) => this.#tell(changes),
      outcome: (failure) => this.#trouble.heard(failure),
    })
    this.#messages = messageRows(db)
    this.#queries = messageQueries(db)
    this.#conversations = conversationRows(db)
    this.#tallies = tallyRows(db)
    this.#idempotency = idempotencyRows(db, deps.clock)
    this.#directory = directoryRows(db)
  }

  /** Why nothing can be written now. */
  get trouble(): MeshError | undefined {
    return this.#trouble.now
  }

  /** What became of a damaged file that was there before this one. */
  get setAside(): SetAside | undefined {
    return this.#deps.database.setAside
  }

  /** Calls back when the file turns out to be damaged, once; nothing can be relied on then but closing it. */
  onDamaged(listener: (error: MeshError) => void): void {
    this.#trouble.onDamaged(listener)
  }

  enqueue(message: Message, idempotency?: Idempotency): Promise<Enqueued> {
    return this.#writes.run((changed) => {
      const earlier = idempotency && this.#idempotency.claimed(idempotency)
      const stands = earlier === undefined ? undefined : this.#messages.bySeq(earlier)
      if (stands) return { message: stands.message, created: false }
      this.#noteReplay(message, changed)
      const seq = this.#messages.insert(message, idempotency)
      if (idempotency) this.#idempotency.remember(idempotency, seq)
      this.#conversations.touch(message, message.created_at)
      this.#tallies.accepted(message)
      changed({ message, previous: null, cause: null })
      return { message, created: true }
    })
  }

  transition(messageId: string, event: MachineEvent): Promise<Transitioned> {
    return this.#writes.run((changed) => this.#transition(messageId, event, changed), whenToWrite(event))
  }

  #transition(messageId: string, event: MachineEvent, changed: (change: Change) => void): Transitioned {
    const stored = this.#messages.byId(messageId)
    if (!stored) throw noMessage(messageId)
    const { seq, message: before } = stored
    const at = isoTime(this.#deps.clock)
    const stepped = this.#deps.step(before, event, at)
    if (!stepped.ok) return { message: before, applied: false, why: stepped.why }
    if (!stepped.changed) return { message: before, applied: false, why: 'it changed nothing' }
    const after = stepped.message
    this.#messages.update(seq, before, after)
    for (const effect of stepped.effects) this.#conversations.apply(effect, after, at)
    if (after.ended_at !== before.ended_at) this.#conversations.touch(after, at)
    this.#tallies.changed(before, after)
    changed({ message: after, previous: before.state, cause: event.type })
    return { message: after, applied: true }
  }

  /** With the new message or not at all. */
  #noteReplay({ id, replay_of }: Message, changed: (change: Change) => void): void {
    if (replay_of === undefined) return
    const { message, applied } = this.#transition(replay_of, { type: 'replayed', message_id: id }, changed)
    if (!applied) throw notReplayable(message)
  }

  get(messageId: string) {
    return this.#read(() => this.#messages.byId(messageId)?.message)
  }

  list(filter: MessageFilter) {
    return this.#read(() => this.#queries.list(filter))
  }

  queued() {
    return this.#read(() => this.#messages.where(`m.state = 'queued' ORDER BY m.priority, m.seq`))
  }

  unsettled() {
    return this.#read(() =>
      this.#messages.where(`m.state IN ('offered', 'started', 'running', 'interrupted') ORDER BY m.seq`),
    )
  }

  interrupted(limit: number) {
    return this.#read(() => this.#queries.interrupted(limit))
  }

  claimed(request: Idempotency) {
    return this.#read(() => {
      const seq = this.#idempotency.claimed(request)
      return seq === undefined ? undefined : this.#messages.bySeq(seq)?.message
    })
  }

  recentDuplicate(tokenHash: string, digest: string, maxAgeS: number) {
    return this.#read(() => {
      const oldest = new Date(this.#deps.clock.now() - maxAgeS * 1_000).toISOString()
      const same = 'm.token_hash = ? AND m.digest = ? AND m.created_at >= ? ORDER BY m.seq DESC LIMIT 1'
      return this.#messages.where(same, tokenHash, digest, oldest)[0]
    })
  }

  counts() {
    return this.#read(() => ({
      queued: this.#queries.inState('queued'),
      running: this.#queries.inState('offered', 'started', 'running'),
      ...this.#tallies.counts(this.#deps.clock.now()),
    }))
  }

  conversation(sender: string, id: string) {
    return this.#read(() => this.#conversations.get(sender, id))
  }

  conversationWithMessages(id: string, sender?: string) {
    return this.#read(() => {
      const row = sender === undefined ? this.#conversations.latest(id) : this.#conversations.get(sender, id)
      return row && { ...row, messages: this.#queries.ofConversation(row.sender, id, conversationShows) }
    })
  }

  transcript(sender: string, id: string, limit: number) {
    const turns = `m.conversation = ? AND m.sender = ? AND m.state = 'succeeded' ORDER BY m.seq DESC LIMIT ?`
    return this.#read(() => this.#messages.where(turns, id, sender, limit).reverse())
  }

  nodes() {
    return this.#read(() => this.#directory.nodes())
  }

  putNode(node: StoredNode) {
    return this.#writes.run(() => this.#directory.putNode(node))
  }

  removeNode(nodeId: string) {
    return this.#writes.run(() => this.#directory.removeNode(nodeId))
  }

  tokens() {
    return this.#read(() => this.#directory.tokens())
  }

  putToken(token: StoredToken) {
    return this.#writes.run(() => this.#directory.putToken(token))
  }

  removeToken(hash: string) {
    return this.#writes.run(() => this.#directory.removeToken(hash))
  }

  watch(listener: (change: Change) => void): () => void {
    const own = (change: Change): void => listener(change)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async prune(endedBefore: string): Promise<number> {
    let gone = 0
    for (;;) {
      const went = await this.#writes.run(() => this.#messages.deleteEnded(endedBefore, pruneAtOnce))
      gone += went
      if (went < pruneAtOnce) break
    }
    await this.#writes.run(() => {
      this.#idempotency.prune()
      this.#conversations.prune(endedBefore)
      this.#tallies.prune(this.#deps.clock.now())
    })
    return gone
  }

  /** What was asked for before is still written. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#writes.close()
    this.#trouble.stop()
    this.#listeners.clear()
    this.#deps.database.close()
  }

  /** Reads see what was committed, at once. */
  async #read<T>(query: () => T): Promise<T> {
    try {
      return query()
    } catch (error) {
      const failure = storeFailure(error, this.#deps.database.file)
      if (isDamage(failure)) this.#trouble.heard(failure)
      throw failure
    }
  }

  /** Writes what stands there already: only whether it can be written matters. */
  #tryWriting(): void {
    const { db } = this.#deps.database
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
    this.#writes.run(() => db.exec(`PRAGMA user_version = ${version}`)).catch(() => undefined)
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const listener of [...this.#listeners]) {
        try {
          listener(change)
        } catch (error) {
          this.#deps.log.error({ err: error, message_id: change.message.id }, 'a listener of the store failed')
        }
      }
    }
  }
}

/**
 * What a crash may undo without harm goes with the next commit that matters. A lost offer leaves the message queued, as
 * does a node that never heard `start`; of an attempt that was started, `began` tells nothing that its node would not
 * tell again.
 */
const whenToWrite = ({ type }: MachineEvent): When => (type === 'offer' || type === 'began' ? 'later' : 'now')

const noMessage = (id: string): MeshError =>
  new MeshError('message_not_found', `No message with id ${id}.`, {
    hint: 'It may be older than the retention time; `claw-mesh messages` lists what is there.',
  })
