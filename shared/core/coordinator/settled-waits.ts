/** Those who wait for a message to settle, told by the store's commits. */
import type { Message } from '../../contract/message.ts'
import type { Change } from '../storage/store.ts'
import { isSettled } from './settled.ts'

export class SettledWaits {
  readonly #waits = new Map<string, Set<(message: Message) => void>>()

  changed({ message }: Change): void {
    if (!isSettled(message.state)) return
    const waits = this.#waits.get(message.id)
    this.#waits.delete(message.id)
    for (const settle of waits ?? []) settle(message)
  }

  /** The message once it settles; undefined when `signal` aborts first. */
  async wait(messageId: string, signal: AbortSignal): Promise<Message | undefined> {
    if (signal.aborted) return undefined
    return new Promise((resolve) => {
      const waits = this.#waits.get(messageId) ?? new Set()
      this.#waits.set(messageId, waits)
      const settle = (message?: Message): void => {
        signal.removeEventListener('abort', gaveUp)
        waits.delete(settle)
        if (waits.size === 0 && this.#waits.get(messageId) === waits) this.#waits.delete(messageId)
        resolve(message)
      }
      const gaveUp = (): void => settle()
      waits.add(settle)
      signal.addEventListener('abort', gaveUp)
    })
  }
}
