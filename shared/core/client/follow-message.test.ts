import { expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import type { StreamEvent } from '../../contract/event.ts'
import { followMessage } from './follow-message.ts'

const at = '2026-01-02T03:04:05Z'
const delta = (offset: number, text: string): StreamEvent => ({
  type: 'message.delta',
  at,
  data: { message_id: 'm1', attempt: 1, offset, text },
})
const end = (type: 'message.succeeded' | 'message.interrupted'): StreamEvent => ({
  type,
  at,
  seq: 9,
  data: {
    message: {
      id: 'm1',
      state: type === 'message.succeeded' ? 'succeeded' : 'interrupted',
      excerpt: 'hi',
      source: 'cli',
      sender: 'me',
      created_at: at,
      updated_at: at,
      attempt: 1,
      affinity: 'none',
    },
    response: 'hello',
  },
})

const sse = (n: number, event: unknown) => `id: m1:${n}\nevent: x\ndata: ${JSON.stringify(event)}\n\n`

/** Answers one stream after the other; a stream ends by breaking when its last part is an Error. */
function coordinator(streams: readonly (readonly (string | Error)[] | MeshError)[]) {
  const asked: (string | undefined)[] = []
  const request = async (_name: string, _input: unknown, options?: { headers?: Readonly<Record<string, string>> }) => {
    const parts = streams[asked.length]
    asked.push(options?.headers?.['last-event-id'])
    if (!parts) throw new Error('asked too often')
    if (parts instanceof MeshError) throw parts
    const left = [...parts]
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const part = left.shift()
        if (part === undefined) controller.close()
        else if (part instanceof Error) controller.error(part)
        else controller.enqueue(new TextEncoder().encode(part))
      },
    })
    return new Response(body)
  }
  return { asked, http: { url: 'http://127.0.0.1:1', request } }
}

const { signal } = new AbortController()
const pause = () => Promise.resolve()

async function all(streams: Parameters<typeof coordinator>[0]) {
  const { asked, http } = coordinator(streams)
  const events: string[] = []
  const read = async () => {
    for await (const event of followMessage(http, 'm1', { signal, pause })) events.push(event.type)
  }
  const error = await read().then(
    () => undefined,
    (problem: unknown) => problem,
  )
  return { asked, events, error }
}

it('yields events and ends with the one that ends the message', async () => {
  const { asked, events } = await all([[': hi\n\n', sse(1, delta(0, 'he')), sse(2, end('message.succeeded'))]])
  expect(events).toEqual(['message.delta', 'message.succeeded'])
  expect(asked).toEqual([undefined])
})

it('ends with an interruption too', async () => {
  expect((await all([[sse(1, end('message.interrupted'))]])).events).toEqual(['message.interrupted'])
})

it('reads an event that arrives in pieces, in the midst of a character', async () => {
  const bytes = new TextEncoder().encode(sse(1, delta(0, '龙虾')) + sse(2, end('message.succeeded')))
  const http = {
    url: '',
    request: async () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => {
            for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
            controller.close()
          },
        }),
      ),
  }
  const seen: StreamEvent[] = []
  for await (const event of followMessage(http, 'm1', { signal, pause })) seen.push(event)
  expect(seen[0]).toEqual(delta(0, '龙虾'))
})

it.each([
  ['breaks', [new TypeError('terminated')]],
  ['just ends', []],
])('goes on after the last event when the stream %s', async (_, how) => {
  const { asked, events, error } = await all([
    [sse(1, delta(0, 'a')), ...how],
    new MeshError('coordinator_unreachable', 'away'),
    [sse(2, delta(1, 'b')), sse(3, end('message.succeeded'))],
  ])
  expect(error).toBeUndefined()
  expect(events).toEqual(['message.delta', 'message.delta', 'message.succeeded'])
  expect(asked).toEqual([undefined, 'm1:1', 'm1:1'])
})

it('gives up after a while and says how to find the message again', async () => {
  const away = new MeshError('coordinator_unreachable', 'away')
  const { error } = await all([
    [sse(1, delta(0, 'a')), new TypeError('terminated')],
    ...Array.from({ length: 9 }, () => away),
  ])
  expect(error).toMatchObject({
    code: 'coordinator_unreachable',
    hint: expect.stringContaining('messages show m1') as string,
  })
})

it('does not try again when nothing answers in the first place', async () => {
  const { asked, error } = await all([new MeshError('coordinator_unreachable', 'away')])
  expect(asked).toHaveLength(1)
  expect(error).toMatchObject({ code: 'coordinator_unreachable' })
})

it('throws what the coordinator says, in the answer or in the stream', async () => {
  expect((await all([new MeshError('message_not_found', 'none')])).error).toMatchObject({ code: 'message_not_found' })
  const told = `event: error\ndata: ${JSON.stringify({ error: { code: 'draining', message: 'bye' } })}\n\n`
  expect((await all([[told]])).error).toMatchObject({ code: 'draining' })
})

it('passes over events that it does not know', async () => {
  const { events } = await all([
    [sse(1, { type: 'message.sung' }), 'data: nonsense\n\n', sse(2, end('message.succeeded'))],
  ])
  expect(events).toEqual(['message.succeeded'])
})
