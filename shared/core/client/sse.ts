/** Reads an event stream from a fetch response, one event at a time. */
import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** A line or event longer than this is no event of ours: an answer is 16 MiB at most, escaped at worst. */
const maxBuffered = 128 * 1024 * 1024

export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const ready: EventSourceMessage[] = []
  let problem: Error | undefined
  const parser = createParser({
    onEvent: (event) => ready.push(event),
    onError: (error) => {
      // Unknown fields are skipped, as the standard says; only what can never fit is an error.
      if (error.type === 'max-buffer-size-exceeded') problem = error
    },
    maxBufferSize: maxBuffered,
  })
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    if (problem) throw problem
    yield* ready.splice(0)
  }
}
