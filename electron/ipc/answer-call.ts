/** One call of the window: checked, sent to its door, answered as an envelope. Nothing is dropped in silence. */
import { check } from '../../shared/contract/check.ts'
import { MeshError } from '../../shared/contract/error.ts'
import { type IpcReply, IpcRequest } from '../../shared/contract/ipc.ts'
import type { Log } from '../../shared/core/platform/log.ts'
import { isTrusted, type SenderFrame } from './trusted-sender.ts'

/** Given the input as it came; checks it and what it answers. */
export type Door = (name: string, input: Record<string, unknown>) => Promise<unknown>
export type Doors = Readonly<Record<IpcRequest['door'], Door>>

export async function answerCall(
  frame: SenderFrame | null | undefined,
  request: unknown,
  deps: { readonly doors: Doors; readonly log: Log },
): Promise<IpcReply> {
  try {
    if (!isTrusted(frame)) throw new MeshError('forbidden', 'This page may not call the app.')
    const { door, name, input } = check(IpcRequest, request, { what: 'call' })
    const value = await deps.doors[door](name, input)
    return value === undefined ? { ok: true } : { ok: true, value }
  } catch (error) {
    const problem = MeshError.wrap(error)
    if (problem.code === 'internal') deps.log.error({ err: problem.cause ?? problem }, 'A call of the window failed.')
    return { ok: false, error: problem.toBody() }
  }
}
