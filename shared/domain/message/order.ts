/** The order in which waiting messages are served: priority, then fair between senders, then age. */
import type { Message } from '../../contract/message.ts'

export interface Place {
  readonly message: Message
  /** An earlier message of its conversation has to end first. */
  readonly blocked: boolean
}

/** Names a conversation: two senders may use one id for two conversations. */
export const conversationKey = (sender: string, conversation: string): string => JSON.stringify([sender, conversation])

/**
 * Within a priority the senders take turns: the first message of each, then the second of each, and so on. Who was
 * served longest ago goes first; `lastServed` (sender → ISO time of its last offer) carries that from one call to the
 * next, without it a sender with many old messages would be first each time.
 */
export function serviceOrder(
  queued: readonly Message[],
  busyConversations: ReadonlySet<string>,
  lastServed: ReadonlyMap<string, string> = new Map(),
): Place[] {
  const places = gate([...queued].sort(byAge), busyConversations)
  const turns = new Map<string, number>()
  // A sender's blocked messages queue behind its others: they must not use up its turns.
  const ranked = [...places.filter((place) => !place.blocked), ...places.filter((place) => place.blocked)].map(
    (place) => {
      const line = `${place.message.priority} ${place.message.sender}`
      const turn = turns.get(line) ?? 0
      turns.set(line, turn + 1)
      return { place, turn, served: lastServed.get(place.message.sender) ?? '' }
    },
  )
  return ranked
    .sort(
      (a, b) =>
        a.place.message.priority - b.place.message.priority ||
        a.turn - b.turn ||
        compare(a.served, b.served) ||
        byAge(a.place.message, b.place.message),
    )
    .map(({ place }) => place)
}

/** One turn at a time, in order: only the oldest message of an idle conversation may go, whatever the priorities. */
function gate(byAgeOrder: readonly Message[], busyConversations: ReadonlySet<string>): Place[] {
  const taken = new Set(busyConversations)
  return byAgeOrder.map((message) => {
    if (message.conversation === undefined) return { message, blocked: false }
    const key = conversationKey(message.sender, message.conversation)
    const blocked = taken.has(key)
    taken.add(key)
    return { message, blocked }
  })
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
/** Ids sort by when they were made, also when the clock was set back in between; times would not. */
const byAge = (a: Message, b: Message): number => compare(a.id, b.id)
