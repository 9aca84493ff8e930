/** What a message's state means to whoever waits for its answer. */
import { MeshError } from '../../../contract/error.ts'
import type { Message, RouteAccepted, RouteReply } from '../../../contract/message.ts'

export const accepted = (message: Message): RouteAccepted => ({
  message_id: message.id,
  url: `/api/v1/messages/${message.id}`,
})

/** The answer, or where to ask for it later. Throws the error of a message that ended without one. */
export function routeReply(message: Message): RouteReply | RouteAccepted {
  if (message.state === 'succeeded') {
    return { message_id: message.id, node_id: message.node_id ?? '', response: message.response ?? '' }
  }
  // An interrupted message may still get its answer.
  const failure = message.state === 'interrupted' ? undefined : failureOf(message)
  if (failure) throw failure
  return accepted(message)
}

/** Why there is no answer; undefined while one may come, or is there. */
export function failureOf(message: Message): MeshError | undefined {
  switch (message.state) {
    case 'queued':
    case 'offered':
    case 'started':
    case 'running':
    case 'succeeded':
      return undefined
    case 'cancelled':
      return named(new MeshError('message_cancelled', 'The message was cancelled.'), message)
    case 'failed':
    case 'expired':
    case 'interrupted':
      return named(message.error ? MeshError.from(message.error) : unexplained[message.state](), message)
  }
}

const unexplained = {
  failed: () => new MeshError('internal', 'The message failed without saying why.'),
  expired: () => new MeshError('message_expired', 'The message was not answered in time.'),
  interrupted: () =>
    new MeshError('message_interrupted', 'The node that was answering went away; whether it finished is not known.', {
      hint: 'Look at the message later: its answer may still arrive.',
    }),
}

const named = (error: MeshError, message: Message): MeshError =>
  new MeshError(error.code, error.message, {
    hint: error.hint,
    details: {
      ...error.details,
      message_id: message.id,
      ...(message.node_id === undefined ? {} : { node_id: message.node_id }),
    },
  })

/** Whether repeating it could run a turn twice, or go against whoever cancelled it. */
export const mustNotBeRetried = (message: Message): boolean =>
  message.state === 'cancelled' ||
  message.state === 'interrupted' ||
  message.attempts.some(
    ({ started_at, outcome }) => started_at !== undefined && outcome !== 'never_began' && outcome !== 'refused',
  )
