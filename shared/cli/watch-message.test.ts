import { describe, expect, it } from 'vitest'
import { MeshError } from '../contract/error.ts'
import type { StreamEvent } from '../contract/event.ts'
import type { MessageState, MessageSummary } from '../contract/message.ts'
import { createClient } from '../contract/procedure.ts'
import type { Connection } from './connect.ts'
import { fakeContext, fakeSignals } from './testing/fakes.ts'
import { watchMessage } from './watch-message.ts'

const at = '2026-01-02T03:04:05Z'
let seq = 0
const state = (name: MessageState, over: Partial<MessageSummary> = {}, response?: string): StreamEvent => ({
  type: `message.${name}`,
  at,
  seq: ++seq,
  data: {
    message: {
      id: 'm1',
      state: name,
      excerpt: 'hi',
      source: 'cli',
      sender: 'me',
      created_at: at,
      updated_at: at,
      attempt: 0,
      affinity: 'none',
      ...over,
    },
    ...(response === undefined ? {} : { response }),
  },
})
const delta = (offset: number, text: string): StreamEvent => ({
  type: 'message.delta',
  at,
  data: { message_id: 'm1', attempt: 1, offset, text },
})
const on = { attempt: 1, node_name: 'mac-mini', node_id: 'node-1', reason: 'mac-mini: the only node with tool:xcode' }

/** A coordinator that sends `before`, then `after` once the message was cancelled. */
function mesh(before: readonly StreamEvent[], after: readonly StreamEvent[] = []) {
  const cancels: string[] = []
  const cancelled = Promise.withResolvers<undefined>()
  const encode = (event: StreamEvent) => new TextEncoder().encode(`id: m1:1\ndata: ${JSON.stringify(event)}\n\n`)
  const drained = Promise.withResolvers<undefined>()
  const connection: Connection = {
    url: 'http://127.0.0.1:1',
    token: 't',
    client: createClient(async (name) => {
      cancels.push(name)
      cancelled.resolve(undefined)
    }),
    request: async (_name, _input, options) =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: async (controller) => {
            options?.signal?.addEventListener('abort', () => controller.error(options.signal?.reason))
            for (const event of before) controller.enqueue(encode(event))
            drained.resolve(undefined)
            if (before.at(-1)?.type === 'message.succeeded') {
              controller.close()
              return
            }
            await cancelled.promise
            for (const event of after) controller.enqueue(encode(event))
          },
        }),
      ),
  }
  return { connection, cancels, drained: drained.promise }
}

const streamed = { stream: true, quiet: false }

describe('watching a message', () => {
  it('prints the answer on standard output and where it went on standard error', async () => {
    const { context, out, err } = fakeContext()
    const { connection } = mesh([
      state('queued', { waiting: { reason: 'no_free_slot', since: at, position: 2 } }),
      state('offered', on),
      state('started', on),
      delta(0, 'Hel'),
      delta(3, 'lo'),
      state('succeeded', on, 'Hello'),
    ])
    await watchMessage(context, connection, 'm1', streamed)
    expect(out.text).toBe('Hello\n')
    expect(err.text).toBe(
      'Waiting: every fitting node is busy (number 2 in the queue)\n→ mac-mini: the only node with tool:xcode\n',
    )
  })

  it('says so when another node takes over', async () => {
    const { context, err } = fakeContext()
    const { connection } = mesh([
      state('offered', on),
      state('queued', { ...on, waiting: { reason: 'backoff', since: at, position: 1 } }),
      state('offered', { ...on, attempt: 2, node_name: 'vps', reason: 'vps: least busy of 2' }),
      state('succeeded', { ...on, attempt: 2, node_name: 'vps' }, 'ok'),
    ])
    await watchMessage(context, connection, 'm1', streamed)
    expect(err.text).toContain('→ mac-mini')
    expect(err.text).toContain('→ vps: least busy of 2')
  })

  it('waits for the whole answer when it is not to stream', async () => {
    const { context, out } = fakeContext()
    const { connection } = mesh([delta(0, 'Hel'), state('succeeded', on, 'Hello')])
    await watchMessage(context, connection, 'm1', { stream: false, quiet: false })
    expect(out.text).toBe('Hello\n')
  })

  it('prints nothing when its caller will', async () => {
    const { context, out, err } = fakeContext()
    const { connection } = mesh([state('offered', on), delta(0, 'Hel'), state('succeeded', on, 'Hello')])
    await watchMessage(context, connection, 'm1', { stream: false, quiet: true })
    expect(out.text + err.text).toBe('')
  })

  it('cancels at the first Ctrl-C and stays until the message has ended', async () => {
    const signals = fakeSignals()
    const { context, err } = fakeContext({ signals })
    const { connection, cancels, drained } = mesh([state('offered', on), delta(0, 'Hel')], [state('cancelled', on)])
    const watching = watchMessage(context, connection, 'm1', streamed)
    await drained
    signals.raise('SIGINT')
    await watching
    expect(cancels).toEqual(['messages.cancel'])
    expect(err.text).toContain('Cancelling')
    expect(signals.listeners).toBe(0)
  })

  it('leaves at the second Ctrl-C and says that the message goes on', async () => {
    const signals = fakeSignals()
    const { context } = fakeContext({ signals })
    const { connection, drained } = mesh([state('offered', on)])
    const watching = watchMessage(context, connection, 'm1', streamed)
    await drained
    signals.raise('SIGINT')
    signals.raise('SIGINT')
    await expect(watching).rejects.toMatchObject({ code: 'message_interrupted' })
    expect(signals.listeners).toBe(0)
  })

  it('leaves without cancelling when the terminal goes away', async () => {
    const signals = fakeSignals()
    const { context } = fakeContext({ signals })
    const { connection, cancels, drained } = mesh([state('offered', on)])
    const watching = watchMessage(context, connection, 'm1', streamed)
    await drained
    signals.raise('SIGHUP')
    await expect(watching).rejects.toBeInstanceOf(MeshError)
    expect(cancels).toEqual([])
  })
})
