/**
 * The life of a message as a pure function: design §4. Every change of a message's state anywhere in the mesh is one
 * `step`, made in one transaction of the store; time, numbers and chance are handed in.
 */
import { defaultPriority, defaultQueueTtlS, defaultTimeoutS } from '../../contract/limits.ts'
import type { ContextTurn, Message, SendMessage } from '../../contract/message.ts'
import type { MachineEvent, Step } from './events.ts'
import { began, neverBegan, refused, start } from './hand-off.ts'
import { interrupt, nodeBack, nodeLost } from './lost-node.ts'
import { onResult } from './on-result.ts'
import { giveUp, offer, wait } from './queue-steps.ts'
import { replayed } from './replay.ts'
import { lapse, resolve } from './resolve.ts'
import { defaultPolicy, type MachinePolicy } from './retry.ts'
import { cancel, expire } from './stopping.ts'

/** Applies `event`, which happened at `at` (ISO time of the coordinator's clock). Never throws, never changes its input. */
export function step(message: Message, event: MachineEvent, at: string, policy: MachinePolicy = defaultPolicy): Step {
  switch (event.type) {
    case 'offer':
      return offer(message, event, at)
    case 'refused':
      return refused(message, event, at)
    case 'start':
      return start(message, event, at)
    case 'began':
      return began(message, event, at)
    case 'never_began':
      return neverBegan(message, event, at)
    case 'result':
      return onResult(message, event, at, policy)
    case 'node_lost':
      return nodeLost(message, event, at)
    case 'node_back':
      return nodeBack(message, event, at)
    case 'interrupt':
      return interrupt(message, event, at, policy)
    case 'resolve':
      return resolve(message, event, at)
    case 'lapse':
      return lapse(message, at)
    case 'replayed':
      return replayed(message, event, at)
    case 'cancel':
      return cancel(message, at)
    case 'expire':
      return expire(message, event.error, at)
    case 'give_up':
      return giveUp(message, event, at)
    case 'waiting':
      return wait(message, event, at)
  }
}

export interface NewMessage extends SendMessage {
  /** Earlier turns that the caller brought along. */
  readonly context?: readonly ContextTurn[] | undefined
}

/** A checked request as the queued message it becomes. `sender` is the one its token stands for; the request's is not read. */
export function newMessage(
  input: NewMessage,
  made: { readonly id: string; readonly sender: string; readonly at: string },
): Message {
  const { content, source, conversation, requires, context } = input
  return {
    id: made.id,
    state: 'queued',
    content,
    ...(context === undefined || context.length === 0 ? {} : { context: [...context] }),
    source: source ?? 'api',
    sender: made.sender,
    ...(conversation === undefined ? {} : { conversation }),
    ...(requires === undefined ? {} : { requires }),
    priority: input.priority ?? defaultPriority,
    timeout_s: input.timeout_s ?? defaultTimeoutS,
    queue_ttl_s: input.queue_ttl_s ?? defaultQueueTtlS,
    created_at: made.at,
    updated_at: made.at,
    attempt: 0,
    attempts: [],
    affinity: 'none',
  }
}
