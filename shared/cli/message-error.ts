/** How a message that did not succeed is told: its own error, else one that fits its state. */
import { MeshError } from '../contract/error.ts'
import type { Message } from '../contract/message.ts'

export function messageError(message: Pick<Message, 'id' | 'state' | 'error' | 'node_name'>): MeshError | undefined {
  const where = message.node_name === undefined ? '' : ` on ${message.node_name}`
  switch (message.state) {
    case 'succeeded':
      return undefined
    case 'cancelled':
      return new MeshError('message_cancelled', `The message was cancelled${where}.`)
    case 'expired':
      return message.error
        ? MeshError.from(message.error)
        : new MeshError('message_expired', `The message ran out of time${where}.`)
    case 'failed':
      return message.error ? MeshError.from(message.error) : new MeshError('internal', `The message failed${where}.`)
    case 'interrupted':
      return new MeshError('message_interrupted', `The node went away while it was answering${where}.`, {
        hint: `The answer may still come when it is back: \`claw-mesh messages show ${message.id}\`.`,
      })
    default:
      return new MeshError('internal', `The message is still ${message.state}${where}.`, {
        hint: `See \`claw-mesh messages show ${message.id}\`.`,
      })
  }
}
