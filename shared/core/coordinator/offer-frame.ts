/** What a node is given with an offer: the text, the session to answer in, and the turns that session does not hold. */
import type { Offer } from '../../contract/link.ts'
import { maxContentBytes } from '../../contract/limits.ts'
import type { ContextTurn, Message } from '../../contract/message.ts'
import { sha256Hex } from '../platform/ids.ts'
import type { Store } from '../storage/store.ts'

/** How far back a move hands over: turns, and characters in all. */
const handedTurns = 100
const handedChars = maxContentBytes
const maxContextTurns = 1_000

export async function offerFrame(store: Pick<Store, 'transcript'>, message: Message, nodeId: string): Promise<Offer> {
  const context = [...(message.context ?? []), ...(await turnsMissingAt(store, message, nodeId))]
  const { id, attempt, content, timeout_s, source, sender } = message
  return {
    type: 'offer',
    message_id: id,
    attempt,
    content,
    context: context.slice(-maxContextTurns),
    session: sessionOf(message),
    timeout_s,
    source,
    sender,
  }
}

/** Nobody can name another's session: it is a hash over who sends, and over the conversation or this one message. */
export function sessionOf({ id, sender, conversation }: Pick<Message, 'id' | 'sender' | 'conversation'>): string {
  const own = conversation === undefined ? id : `${sender}\0${conversation}`
  return sha256Hex(own).slice(0, 32)
}

/** The conversation since the node last took part in it: all of it when it never did. */
async function turnsMissingAt(
  store: Pick<Store, 'transcript'>,
  { sender, conversation }: Message,
  nodeId: string,
): Promise<ContextTurn[]> {
  if (conversation === undefined) return []
  // The usual case by far, and a transcript may be long: the last turn was answered there.
  const [last] = await store.transcript(sender, conversation, 1)
  if (!last || last.node_id === nodeId) return []
  const turns = await store.transcript(sender, conversation, handedTurns)
  const known = turns.findLastIndex((turn) => turn.node_id === nodeId)
  return newestThatFit(turns.slice(known + 1)).flatMap(({ content, response = '' }) => [
    { role: 'user' as const, text: content },
    { role: 'assistant' as const, text: response },
  ])
}

function newestThatFit(turns: readonly Message[]): Message[] {
  let chars = 0
  const first = turns.findLastIndex((turn) => {
    chars += turn.content.length + (turn.response?.length ?? 0)
    return chars > handedChars
  })
  return turns.slice(first + 1)
}
