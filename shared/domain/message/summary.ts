/** A message as one line of a list or an event. */
import type { Message, MessageSummary } from '../../contract/message.ts'
import { cut } from '../text.ts'

export const excerptChars = 280

export function summarise(message: Message): MessageSummary {
  const { conversation, ended_at, node_id, node_name, decision, response, error, waiting } = message
  const { interrupted_at, replay_of, replayed_as } = message
  return {
    id: message.id,
    state: message.state,
    excerpt: cut(message.content, excerptChars),
    source: message.source,
    sender: message.sender,
    ...(conversation === undefined ? {} : { conversation }),
    created_at: message.created_at,
    updated_at: message.updated_at,
    ...(ended_at === undefined ? {} : { ended_at }),
    ...(node_id === undefined ? {} : { node_id }),
    ...(node_name === undefined ? {} : { node_name }),
    attempt: message.attempt,
    affinity: message.affinity,
    ...(decision === undefined ? {} : { reason: decision.reason }),
    ...(response === undefined ? {} : { response_excerpt: cut(response, excerptChars) }),
    ...(error === undefined ? {} : { error }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(interrupted_at === undefined ? {} : { interrupted_at }),
    ...(replay_of === undefined ? {} : { replay_of }),
    ...(replayed_as === undefined ? {} : { replayed_as }),
  }
}
