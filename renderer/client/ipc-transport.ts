/** The transport of the desktop window: calls and event feeds over the bridge that the preload script put there. */
import { check, isValid } from '../../shared/contract/check.ts'
import { MeshError } from '../../shared/contract/error.ts'
import { type IpcBridge, IpcPush, IpcReply, type IpcRequest } from '../../shared/contract/ipc.ts'
import { type ProcedureName, procedures } from '../../shared/contract/procedures.ts'
import type { FeedListener, MeshTransport } from './transport.ts'

/** The bridge, in the desktop app; undefined in a browser. */
export function findBridge(window: object): IpcBridge | undefined {
  const bridge = (window as { readonly clawMesh?: Partial<IpcBridge> }).clawMesh
  return typeof bridge?.call === 'function' && typeof bridge.onPush === 'function' ? (bridge as IpcBridge) : undefined
}

/** Sends one request; errors get their class and code back. */
export async function askApp(bridge: IpcBridge, request: IpcRequest): Promise<unknown> {
  const reply: unknown = await bridge.call(request)
  if (!isValid(IpcReply, reply)) {
    throw new MeshError('internal', 'The app gave an answer that this window does not understand.', {
      hint: 'Quit claw-mesh and start it again.',
    })
  }
  if (!reply.ok) throw MeshError.from(reply.error)
  return reply.value
}

/** Tells of pushes that fit; what a later version may push passes by. Returns its unsubscribe. */
export const onPush = (bridge: IpcBridge, listener: (push: IpcPush) => void): (() => void) =>
  bridge.onPush((push) => {
    if (isValid(IpcPush, push)) listener(push)
  })

export function createIpcTransport(bridge: IpcBridge): MeshTransport {
  let feeds = 0
  return {
    async call(name, input) {
      const spec = procedures[name as ProcedureName]
      const value = await askApp(bridge, { door: 'mesh', name, input: withoutUndefined(input) })
      if (spec.status === 204) return undefined
      return check(spec.output, value, { what: `answer to ${name}`, code: 'protocol_mismatch' })
    },
    openFeed(since, listener) {
      const feed_id = ++feeds
      const ask = (name: string, input: Record<string, unknown>): Promise<unknown> =>
        askApp(bridge, { door: 'feed', name, input: { feed_id, ...input } })
      let stop: (() => void) | undefined = onPush(bridge, (push) => {
        if ('feed_id' in push && push.feed_id === feed_id) tell(push, listener, end)
      })
      const end = (): boolean => {
        const open = stop !== undefined
        stop?.()
        stop = undefined
        return open
      }
      ask('open', since ? { since } : {}).catch((error: unknown) => {
        if (end()) listener.closed(MeshError.wrap(error))
      })
      return {
        // A watch or a close that fails means that the feed is gone, which is told on its own.
        watch: (message_id, on) => void ask('watch', { message_id, on }).catch(() => undefined),
        close: () => {
          if (end()) void ask('close', {}).catch(() => undefined)
        },
      }
    },
  }
}

function tell(push: Extract<IpcPush, { feed_id: number }>, listener: FeedListener, end: () => boolean): void {
  if (push.type === 'feed.opened') listener.opened({ boot_id: push.boot_id, seq: push.seq }, push.resumed)
  else if (push.type === 'feed.event') listener.event(push.event)
  else if (end()) listener.closed(MeshError.from(push.error))
}

/** As JSON does for a browser page: a field without a value is no field. */
const withoutUndefined = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
