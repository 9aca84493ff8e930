/** The one error of sending again that store and service share: the store has the last word on it. */
import { MeshError } from '../../contract/error.ts'
import type { Message } from '../../contract/message.ts'

export const notReplayable = ({ id, state }: Pick<Message, 'id' | 'state'>): MeshError =>
  new MeshError('message_not_replayable', `The message cannot be sent again: it is ${state}.`, {
    hint: 'Only a message that failed, expired or was cancelled can; an interrupted one is resolved.',
    details: { message_id: id, state },
  })
