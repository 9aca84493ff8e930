/** Why something cannot be done to a message, each naming what can. */
import { MeshError } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'

type Known = Pick<Message, 'id' | 'state' | 'sender'>

export const hasEndedAlready = ({ id, state }: Known): MeshError =>
  new MeshError('message_ended', `The message cannot be cancelled: it is ${state}.`, {
    hint: `Read it with \`claw-mesh messages show ${id}\`.`,
    details: { message_id: id, state },
  })

export const notInterrupted = ({ id, state }: Known): MeshError =>
  new MeshError('message_not_interrupted', `There is nothing to resolve: the message is ${state}.`, {
    hint: 'Only an interrupted message is resolved; one that failed, expired or was cancelled is replayed.',
    details: { message_id: id, state },
  })

export const stopUnconfirmed = ({ id, node_name = 'its node' }: Known & Pick<Message, 'node_name'>): MeshError =>
  new MeshError('stop_unconfirmed', `The message was asked to stop and ${node_name} has not confirmed that it did.`, {
    hint: 'It is not run again. Let it fail, then replay it once you know that the work has stopped.',
    details: { message_id: id },
  })

export const notYours = ({ id, sender }: Known): MeshError =>
  new MeshError('forbidden', `Only ${sender} or an admin may send this message again.`, {
    hint: 'It would speak in a conversation of that sender. Send a message of your own instead.',
    details: { message_id: id },
  })
