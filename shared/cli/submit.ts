/** Hands a message to the coordinator without waiting for its answer. */
import { check } from '../contract/check.ts'
import { MeshError } from '../contract/error.ts'
import { RouteAccepted, type SendMessage } from '../contract/message.ts'
import type { Connection } from './connect.ts'

/**
 * The message is the coordinator's when this resolves. A broken connection is tried once more; the message's key keeps it
 * one message.
 */
export async function submit(
  connection: Pick<Connection, 'request'>,
  input: SendMessage,
  node: string | undefined,
): Promise<RouteAccepted> {
  const attempt = async () => {
    const options = { headers: { prefer: 'respond-async' }, signal: AbortSignal.timeout(30_000) }
    const response = await (node === undefined
      ? connection.request('messages.send', input, options)
      : connection.request('messages.send_to', { ...input, node_id: node }, options))
    return check(RouteAccepted, await response.json(), { what: 'answer to the message' })
  }
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof MeshError) || error.code !== 'coordinator_unreachable') throw error
    return attempt()
  }
}
