/** What a run reads from its coordinator and its client: nodes, every message, answers, and how much was in flight. */
import type { Message, MessagePage } from '../../shared/contract/message.ts'
import type { MeshNode } from '../../shared/contract/node.ts'
import { openHttp } from '../../shared/core/client/http-client.ts'
import { eventually } from '../../shared/testing/command.ts'
import type { Load } from './load.ts'
import type { Answered } from './measure.ts'
import { coordinatorAt, urlOf } from './places.ts'
import type { Watch } from './watch.ts'

const onlineWithinMs = 90_000
const sampleEveryMs = 50

export async function allOnline(token: string, nodes: number): Promise<void> {
  const { client } = openHttp({ url: urlOf(coordinatorAt), token })
  const isWell = ({ status, condition }: MeshNode): boolean => status !== 'offline' && condition === 'ok'
  await eventually(
    () => client.call('nodes.list').catch((): MeshNode[] => []),
    (all) => all.length === nodes && all.every(isWell),
    onlineWithinMs,
  )
}

/** Of all that is acknowledged or stored without having been. */
export async function everyMessage(token: string): Promise<Message[]> {
  const { client } = openHttp({ url: urlOf(coordinatorAt), token })
  const all: Message[] = []
  let cursor: string | null | undefined
  do {
    const page: MessagePage = await client.call('messages.list', { limit: 200, ...(cursor ? { cursor } : {}) })
    for (const { id } of page.messages) all.push(await client.call('messages.get', { message_id: id }))
    cursor = page.next_cursor
  } while (cursor !== null)
  return all
}

export function answersSeen(watch: Watch, load: Load): Answered[] {
  const acknowledgedAt = load.acknowledgedAt()
  return watch.ended.flatMap(({ at, message: { id, state, node_name } }) => {
    const acknowledged = acknowledgedAt.get(id)
    const isAnswer = state === 'succeeded' && node_name !== undefined && acknowledged !== undefined
    return isAnswer ? [{ at, node: node_name, acknowledged }] : []
  })
}

/** How many messages were in flight, again and again, as far as the client knows. */
export function sample(load: Load): { stop(): number[] } {
  const looks: number[] = []
  const timer = setInterval(() => looks.push(load.open), sampleEveryMs)
  return {
    stop: () => {
      clearInterval(timer)
      return looks
    },
  }
}
