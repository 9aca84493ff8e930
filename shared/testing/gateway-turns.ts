/** Drives any gateway adapter in a test: collects a turn's events, waits for a state. */
import { MeshError } from '../contract/error.ts'
import type { GatewayAdapter, GatewayAttempt, GatewayEvent } from '../core/gateway/adapter.ts'

let serial = 0

/** An attempt with an id of its own; sessions differ unless one is given. */
export function attempt(content: string, more: Partial<GatewayAttempt> = {}): GatewayAttempt {
  serial++
  const unique = `${Date.now().toString(16)}${process.pid.toString(16)}${serial.toString(16)}`
  return { run_id: `msg-${unique}.1`, content, context: [], session: unique.padStart(32, '0'), timeout_s: 120, ...more }
}

export interface Turn {
  readonly events: GatewayEvent[]
  /** The last event. */
  readonly end: Promise<GatewayEvent>
  readonly stop: () => void
  /** Resolves with the first event that fits, also one that came already. */
  readonly saw: <T extends GatewayEvent['type']>(type: T) => Promise<Extract<GatewayEvent, { type: T }>>
}

export function begin(adapter: GatewayAdapter, what: GatewayAttempt): Turn {
  const control = new AbortController()
  const events: GatewayEvent[] = []
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const look of [...waiting]) look()
  }
  const end = (async () => {
    for await (const event of adapter.send(what, control.signal)) {
      events.push(event)
      wake()
    }
    const last = events.at(-1)
    if (!last) throw new Error('the turn ended without an event')
    return last
  })()
  return {
    events,
    end,
    stop: () => control.abort(),
    saw: (type) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(
            (event): event is Extract<GatewayEvent, { type: typeof type }> => event.type === type,
          )
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void end.then((last) => {
          if (waiting.has(look)) reject(new Error(`the turn ended with ${JSON.stringify(last).slice(0, 500)}`))
        }, reject)
      }),
  }
}

/** The answer as a reader of the deltas has it. */
export const heard = (events: readonly GatewayEvent[]): string =>
  events.reduce((text, event) => (event.type === 'delta' ? text.slice(0, event.offset) + event.text : text), '')

/** Resolves with the milliseconds it took. */
export async function until(adapter: GatewayAdapter, fits: () => boolean, withinMs: number): Promise<number> {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const forget = adapter.onChange(() => {
    if (fits()) resolve(undefined)
  })
  const timer = setTimeout(() => {
    const seen = JSON.stringify([adapter.health(), adapter.load()])
    reject(new MeshError('timeout', `not within ${withinMs} ms; last seen ${seen}`))
  }, withinMs)
  try {
    if (!fits()) await promise
    return performance.now() - began
  } finally {
    clearTimeout(timer)
    forget()
  }
}
