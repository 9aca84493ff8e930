/** One WebSocket on `/ws/events`: signs in with its first frame, then reads frames until it ends. */
import { MeshError } from '../../shared/contract/error.ts'
import { readFeedFrame } from './read-reply.ts'
import type { FeedConnection, FeedListener, FeedPosition } from './transport.ts'

export interface EventSocketDeps {
  readonly origin: string
  readonly openSocket: (url: string) => WebSocket
  readonly token: string
}

export function openEventSocket(
  deps: EventSocketDeps,
  since: FeedPosition | undefined,
  listener: FeedListener,
): FeedConnection {
  const socket = deps.openSocket(socketUrl(deps.origin, since))
  let done = false
  const send = (frame: object): void => {
    if (socket.readyState === 1) socket.send(JSON.stringify(frame))
  }
  const end = (error: MeshError | undefined): void => {
    if (done) return
    done = true
    socket.close()
    if (error) listener.closed(error)
  }
  // The token goes in a frame, never in the address: addresses are logged.
  socket.onopen = () => send({ type: 'auth', token: deps.token })
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (done) return
    try {
      const frame = readFeedFrame(event.data)
      if (frame.kind === 'welcome') {
        const { type, boot_id, seq } = frame.welcome
        const resumed = type === 'hello' && since?.boot_id === boot_id
        // Missed events follow a resumed welcome: the point reached is still the one asked for.
        listener.opened({ boot_id, seq: resumed ? since.seq : seq }, resumed)
      } else if (frame.kind === 'event') listener.event(frame.event)
      else if (frame.kind === 'error') end(frame.error)
    } catch (error) {
      end(MeshError.wrap(error))
    }
  }
  socket.onclose = () => end(lost())
  socket.onerror = () => end(lost())
  return {
    watch: (message_id, on) => send({ type: on ? 'watch' : 'unwatch', message_id }),
    close: () => end(undefined),
  }
}

function socketUrl(origin: string, since: FeedPosition | undefined): string {
  const url = new URL('/ws/events', origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  if (since) url.searchParams.set('since', `${since.boot_id}:${since.seq}`)
  return url.href
}

const lost = (): MeshError =>
  new MeshError('coordinator_unreachable', 'The connection to the coordinator is lost.', {
    hint: 'Is it running? Start it with `claw-mesh up`.',
  })
