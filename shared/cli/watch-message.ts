/** Follows one message on the terminal: where it goes and why on standard error, the answer on standard output. */
import { hasEnded, type MessageSummary } from '../contract/message.ts'
import { MeshError } from '../contract/error.ts'
import type { StreamEvent } from '../contract/event.ts'
import { followMessage, isLast } from '../core/client/follow-message.ts'
import type { Connection } from './connect.ts'
import type { CliContext } from './context.ts'
import { type AnswerPrinter, answerPrinter } from './output/answer-printer.ts'
import { cleanLine } from './output/clean.ts'
import type { Sink } from './output/sink.ts'

export interface WatchOptions {
  /** Print the answer as it comes; else only when it is whole. */
  readonly stream: boolean
  /** Print nothing at all: the caller will. */
  readonly quiet: boolean
}

/** Resolves once the message ended. The first Ctrl-C cancels the message, the second one leaves it. */
export async function watchMessage(
  context: CliContext,
  connection: Connection,
  id: string,
  options: WatchOptions,
): Promise<void> {
  const leave = new AbortController()
  const printer = answerPrinter(context.out, () => context.err.line(context.t('cli:send.rewritten')))
  const teller = routeTeller(context)
  let stops = 0
  const cancel = async () => {
    try {
      await connection.client.call('messages.cancel', { message_id: id })
    } catch (error) {
      // It may have ended in the meantime; the stream says how.
      if (!(error instanceof MeshError) || error.code !== 'message_ended') throw error
    }
  }
  const release = context.signals.onStop((signal) => {
    stops++
    if (signal !== 'SIGINT' || stops > 1) {
      leave.abort()
      return
    }
    context.err.line(`\n${context.t('cli:send.cancelling')}`)
    cancel().catch(() => leave.abort())
  })
  try {
    for await (const event of followMessage(connection, id, { signal: leave.signal })) {
      if (!options.quiet) show(event, printer, teller, options.stream)
    }
  } catch (error) {
    if (!leave.signal.aborted) throw error
    throw left(id)
  } finally {
    release()
  }
}

function show(event: StreamEvent, printer: AnswerPrinter, teller: RouteTeller, stream: boolean): void {
  if (event.type === 'message.delta') {
    if (stream) printer.delta(event.data.offset, event.data.text)
  } else if (event.type === 'message.tool') {
    if (event.data.phase === 'start') teller.tool(event.data.name)
  } else if (isLast(event)) {
    printer.end(event.data.response)
  } else {
    teller.state(event.data.message)
  }
}

interface RouteTeller {
  state(message: MessageSummary): void
  tool(name: string): void
}

/** Says once per attempt where it goes, and when the reason for waiting changes. */
function routeTeller({ err, t }: CliContext): RouteTeller {
  let attempt = 0
  let waiting = ''
  return {
    state: (message) => {
      if (message.waiting && waiting !== message.waiting.reason) {
        waiting = message.waiting.reason
        const why = t(`common:waiting.${message.waiting.reason}`)
        err.line(err.paint('yellow', t('cli:send.waiting', { why, position: message.waiting.position })))
      }
      if (message.state !== 'offered' && message.state !== 'started' && message.state !== 'running') return
      if (message.attempt === attempt || hasEnded(message.state)) return
      attempt = message.attempt
      err.line(`${err.paint('cyan', '→')} ${routeText(message, err.paint)}`)
    },
    tool: (name) => err.line(err.paint('dim', t('cli:send.using', { name: cleanLine(name) }))),
  }
}

/** `linux-gpu: the only node with gpu`: the node, and why it. */
export function routeText({ node_name, node_id, reason }: MessageSummary, paint: Sink['paint']): string {
  const name = cleanLine(node_name ?? node_id ?? '')
  const said = cleanLine(reason ?? '')
  const why = said.startsWith(`${name}: `) ? said.slice(name.length + 2) : said
  return `${paint('bold', name)}${why === '' ? '' : paint('dim', `: ${why}`)}`
}

const left = (id: string): MeshError =>
  new MeshError('message_interrupted', 'Left while the message was running; it goes on without you.', {
    hint: `See \`claw-mesh messages show ${id}\`, or stop it with \`claw-mesh messages cancel ${id}\`.`,
  })
