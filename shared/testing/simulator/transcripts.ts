/** Whether a turn knows its conversation: what its gateway answered there before, and what it was handed, must be all of it. */
import { runId } from '../../contract/link.ts'
import type { Message } from '../../contract/message.ts'
import type { ModelDisk } from './model-disk.ts'
import type { Turn } from './model-gateway.ts'

export class Transcripts {
  /** Per attempt what had been asked and answered in its conversation when it was offered. */
  readonly #due = new Map<string, readonly string[]>()

  /** `passedOver`: messages that ended late, after their conversation had gone on without them. */
  offered({ id, attempt, sender, conversation }: Message, disk: ModelDisk, passedOver: ReadonlySet<string>): void {
    if (conversation === undefined) return
    const earlier = disk.where(
      (one) =>
        one.state === 'succeeded' &&
        one.conversation === conversation &&
        one.sender === sender &&
        !passedOver.has(one.id),
    )
    this.#due.set(
      runId({ message_id: id, attempt }),
      earlier.map(({ content }) => content),
    )
  }

  /** What the turn should know and does not. */
  missing(turn: Turn, turns: Iterable<Turn>): string[] {
    const known = new Set(turn.context)
    for (const { nodeId, session, state, content, context } of turns)
      if (nodeId === turn.nodeId && session === turn.session && state === 'answered')
        for (const text of [...context, content]) known.add(text)
    return (this.#due.get(turn.run_id) ?? []).filter((content) => !known.has(content))
  }
}
