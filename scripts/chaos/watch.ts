/** Reads the mesh's events for the whole run: how its nodes are shown, and how its messages end. */
import { setTimeout as wait } from 'node:timers/promises'
import type { MessageSummary } from '../../shared/contract/message.ts'
import { hasEnded } from '../../shared/contract/message.ts'
import { followEvents } from '../../shared/core/client/follow-events.ts'
import { openHttp } from '../../shared/core/client/http-client.ts'
import type { MeshNode } from '../../shared/contract/node.ts'
import type { NodeSeen } from './measure.ts'
import { coordinatorAt, urlOf } from './places.ts'

const pollEveryMs = 500

export interface Ended {
  readonly at: number
  readonly message: MessageSummary
}

/** No turn of this message is running any more, whatever may still be told of it. */
export const isOver = ({ state }: Pick<MessageSummary, 'state'>): boolean => hasEnded(state) || state === 'interrupted'

export class Watch {
  readonly nodes: NodeSeen[] = []
  readonly ended: Ended[] = []
  readonly #waiting = new Map<string, () => void>()
  readonly #stopping = new AbortController()
  readonly #done: Promise<unknown>

  constructor(token: string) {
    this.#done = Promise.all([this.#read(token), this.#poll(token)])
  }

  /** Called once when the message ends; returns its unsubscribe. Events may be missed while the coordinator is down. */
  onEnd(id: string, act: () => void): () => void {
    this.#waiting.set(id, act)
    return () => void this.#waiting.delete(id)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#done
  }

  #noteNode(at: number, { name, status, condition }: MeshNode): void {
    this.nodes.push({ at, node: name, status, condition })
  }

  /** A coordinator that starts tells of no change: how it shows its nodes has to be asked. */
  async #poll(token: string): Promise<void> {
    const { signal } = this.#stopping
    const { client } = openHttp({ url: urlOf(coordinatorAt), token })
    while (!signal.aborted) {
      const shown = await client.call('nodes.list').catch(() => [])
      for (const node of shown) this.#noteNode(performance.now(), node)
      await wait(pollEveryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async #read(token: string): Promise<void> {
    const { signal } = this.#stopping
    for await (const event of followEvents({ url: urlOf(coordinatorAt), token, signal, againMs: 50 })) {
      const at = performance.now()
      if ('node' in event.data) {
        this.#noteNode(at, event.data.node)
      } else if (isOver(event.data.message)) {
        const { message } = event.data
        this.ended.push({ at, message })
        this.#waiting.get(message.id)?.()
      }
    }
  }
}
