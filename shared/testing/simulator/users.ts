/** People who send messages, repeat what was not answered, and change their minds. */
import type { SendMessage } from '../../contract/message.ts'
import { MeshError } from '../../contract/error.ts'
import type { Caller } from '../../core/coordinator/caller.ts'
import type { Random } from './random.ts'
import { isTransient, type SimCoordinator } from './sim-coordinator.ts'
import type { World } from './world.ts'

export interface UsersPlan {
  readonly messages: number
  /** Everything is sent within this. */
  readonly untilMs: number
  readonly nodeIds: readonly [string, ...string[]]
}

const answerWithinMs = 2_000

export class Users {
  readonly #world: World
  readonly #coordinator: SimCoordinator
  /** Sent and neither acknowledged nor turned down for good. */
  #unanswered = 0

  constructor(world: World, coordinator: SimCoordinator) {
    this.#world = world
    this.#coordinator = coordinator
  }

  get unanswered(): number {
    return this.#unanswered
  }

  start(plan: UsersPlan): void {
    const { time } = this.#world
    const random = this.#world.random.fork()
    for (let n = 0; n < plan.messages; n++) {
      const at = random.int(0, plan.untilMs)
      const sender = `user-${random.int(1, 3)}`
      const input = this.#input(n, plan, random)
      const own = random.fork()
      time.after(at, () => {
        this.#unanswered += 1
        this.#send(input, { scope: 'operator', sender, tokenHash: `hash-of-${sender}` }, own)
      })
    }
  }

  #input(n: number, { nodeIds }: UsersPlan, random: Random): SendMessage {
    return {
      content: `message ${n}`,
      idempotency_key: `key-${n}`,
      timeout_s: random.pick([5, 30, 120]),
      queue_ttl_s: random.pick([20, 60, 180]),
      ...(random.chance(0.6) ? { conversation: `talk-${random.int(1, 2)}` } : {}),
      ...(random.chance(0.3) ? { priority: random.int(1, 5) } : {}),
      ...(random.chance(0.15) ? { requires: { node: random.pick(nodeIds) } } : {}),
    }
  }

  #send(input: SendMessage, caller: Caller, random: Random): void {
    const { time, witness, trace } = this.#world
    const key = `${caller.sender} ${input.idempotency_key ?? ''}`
    let answered = false
    const again = (ms: number): void => {
      if (answered) return
      answered = true
      time.after(ms, () => this.#send(input, caller, random))
    }
    const services = this.#coordinator.services
    if (!services) {
      again(random.int(200, 3_000))
      return
    }
    time.after(answerWithinMs, () => again(0))
    services.messages.send(input, caller).then(
      ({ message, created }) => {
        // Whoever gave up waiting asks again, and must be told the same then.
        trace(caller.sender, `told: ${message.id} ${created ? 'taken' : 'taken before'} for ${key}`)
        witness.told(key, message)
        if (answered) return
        answered = true
        this.#unanswered -= 1
        if (random.chance(0.1)) time.after(random.int(0, 5_000), () => this.#repeat(input, caller))
        if (random.chance(0.12)) time.after(random.int(0, 6_000), () => this.#cancel(message.id, 0))
      },
      (error: unknown) => {
        trace(caller.sender, `turned down: ${key} ${String(error)}`)
        if (isTransient(error)) {
          again(random.int(200, 3_000))
          return
        }
        if (!(error instanceof MeshError) || error.code === 'internal')
          witness.broken('a typed answer', `${key}: ${String(error)}`)
        if (answered) return
        answered = true
        this.#unanswered -= 1
      },
    )
  }

  #repeat(input: SendMessage, caller: Caller): void {
    const { witness, trace } = this.#world
    this.#coordinator.services?.messages.send(input, caller).then(
      ({ message }) => {
        trace(caller.sender, `repeated: ${message.id}`)
        witness.told(`${caller.sender} ${input.idempotency_key ?? ''}`, message)
      },
      (error: unknown) => trace(caller.sender, `repeat turned down: ${String(error)}`),
    )
  }

  #cancel(messageId: string, times: number): void {
    const { time, trace } = this.#world
    const again = (): void => {
      if (times < 20) time.after(1_000, () => this.#cancel(messageId, times + 1))
    }
    const services = this.#coordinator.services
    if (!services) {
      again()
      return
    }
    services.messages.cancel(messageId).then(
      ({ state }) => trace('user', `cancels ${messageId}: ${state}`),
      (error: unknown) => {
        trace('user', `cannot cancel ${messageId}: ${String(error)}`)
        if (isTransient(error)) again()
      },
    )
  }
}
