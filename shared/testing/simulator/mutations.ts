/** Faults put into the code on purpose: each breaks a promise, and the simulator has to notice. */
import { hasEnded, type Message } from '../../contract/message.ts'
import type { MachineEvent, Step } from '../../domain/message/events.ts'
import { step as machineStep } from '../../domain/message/machine.ts'
import type { StepFunction } from '../../core/storage/sqlite-store.ts'

export interface Mutation {
  readonly step?: StepFunction
  readonly storeAnswersEarly?: 'enqueue' | 'transition'
  readonly agent?: 'forgets what it begins'
}

/** The machine, but for one thing it does otherwise. */
const except =
  (otherwise: (message: Message, event: MachineEvent, at: string, right: Step) => Step | undefined): StepFunction =>
  (message, event, at) => {
    const right = machineStep(message, event, at)
    return otherwise(message, event, at, right) ?? right
  }

const changed = (message: Message, at: string): Step => ({
  ok: true,
  changed: true,
  message: { ...message, updated_at: at },
  effects: [],
})

const backInQueue = ({ node_lost_at, error, ...message }: Message): Message => ({ ...message, state: 'queued' })

export const mutations = {
  /** A silent node's message is run again instead of waiting for a person. */
  'interrupted-is-requeued': {
    step: except((message, event, at) =>
      event.type === 'interrupt' && ['started', 'running'].includes(message.state)
        ? changed(backInQueue(message), at)
        : undefined,
    ),
  },
  /** A result that comes too late takes the place of the end that was shown. */
  'late-result-overwrites': {
    step: except((message, event, at) =>
      event.type === 'result' && event.result.outcome === 'succeeded' && hasEnded(message.state)
        ? changed({ ...message, state: 'succeeded', response: event.result.text }, at)
        : undefined,
    ),
  },
  /** An attempt that never began counts as one that failed. */
  'never-began-is-charged': {
    step: except((message, event, _at, right) =>
      event.type === 'never_began' && right.ok && right.changed
        ? {
            ...right,
            message: {
              ...right.message,
              attempts: right.message.attempts.map((attempt) =>
                attempt.number === message.attempt ? { ...attempt, charged: true } : attempt,
              ),
            },
          }
        : undefined,
    ),
  },
  /** A message that was cancelled while it ran ends before its node confirmed. */
  'cancelled-before-confirmed': {
    step: except((message, event, at) =>
      event.type === 'cancel' && message.state === 'running'
        ? changed({ ...message, state: 'cancelled', ended_at: at }, at)
        : undefined,
    ),
  },
  /** The pin of an attempt that never began stays. */
  'pin-is-kept': {
    step: except((_message, _event, _at, right) =>
      right.ok ? { ...right, effects: right.effects.filter(({ type }) => type !== 'unpin') } : undefined,
    ),
  },
  /** Committing `start` does not tie the conversation to the node. */
  'pin-is-lost': {
    step: except((_message, _event, _at, right) =>
      right.ok ? { ...right, effects: right.effects.filter(({ type }) => type !== 'pin') } : undefined,
    ),
  },
  /** Users are told that a message is taken before it is on disk. */
  'acknowledged-before-commit': { storeAnswersEarly: 'enqueue' },
  /** A node is told to start before that is on disk. */
  'started-before-commit': { storeAnswersEarly: 'transition' },
  /** The agent gives a turn to its gateway without writing it down. */
  'begun-is-not-recorded': { agent: 'forgets what it begins' },
} as const satisfies Record<string, Mutation>

export type MutationName = keyof typeof mutations
export const mutationNames = Object.keys(mutations) as MutationName[]
export const isMutation = (name: string): name is MutationName => Object.hasOwn(mutations, name)
