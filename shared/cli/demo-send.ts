/** Sends one message of the demo and shows where it went, why, and the answer while it grows. */
import { randomUUID } from 'node:crypto'
import { followMessage, isLast } from '../core/client/follow-message.ts'
import type { Connection } from './connect.ts'
import type { CliContext } from './context.ts'
import type { DemoMessage } from './demo-mesh.ts'
import { answerPrinter } from './output/answer-printer.ts'
import { cleanLine } from './output/clean.ts'
import type { Sink } from './output/sink.ts'
import { sendInput } from './send-input.ts'
import { submit } from './submit.ts'
import { routeText } from './watch-message.ts'

export interface DemoResult {
  readonly text: string
  readonly node: string | null
  readonly outcome: string
  readonly reason: string | null
  readonly response: string | null
}

export async function sendDemoMessage(
  context: CliContext,
  connection: Connection,
  message: DemoMessage,
  signal: AbortSignal,
): Promise<DemoResult> {
  const { out, t, json } = context
  const content = t(`cli:demo.messages.${message.text}`)
  const input = {
    ...sendInput(content, {}, randomUUID()),
    source: 'demo',
    ...(message.requires ? { requires: message.requires } : {}),
  }
  if (!json)
    out.line(
      `\n${out.paint('bold', `${t('cli:demo.to')}:`)} ${content}  ${out.paint('dim', `(${wish(context, message)})`)}`,
    )
  const { message_id: id } = await submit(connection, input, message.node)
  const printer = answerPrinter(indented(out), () => undefined)
  let told = false
  for await (const event of followMessage(connection, id, { signal })) {
    if (json) continue
    if (!told && 'message' in event.data && event.data.message.reason !== undefined && event.data.message.node_name) {
      told = true
      out.write(`${out.paint('cyan', '→')} ${routeText(event.data.message, out.paint)}\n`)
    }
    if (event.type === 'message.delta') printer.delta(event.data.offset, event.data.text)
    else if (event.type !== 'message.tool' && isLast(event)) printer.end(event.data.response)
  }
  const done = await connection.client.call('messages.get', { message_id: id })
  return {
    text: content,
    node: done.node_name ?? null,
    outcome: done.state,
    reason: done.decision?.reason ?? null,
    response: done.response ?? null,
  }
}

/** Moves every line to the right, also one that comes in pieces. */
function indented(out: Sink): Sink {
  let atStart = true
  return {
    ...out,
    write: (text) => {
      if (text === '') return
      out.write((atStart ? '  ' : '') + text.replaceAll(/\n(?=.)/gs, '\n  '))
      atStart = text.endsWith('\n')
    },
  }
}

/** What the message asks for, in the words of `send`'s options. */
function wish({ t }: CliContext, { node, requires }: DemoMessage): string {
  if (node !== undefined) return t('cli:demo.named', { name: cleanLine(node) })
  const needs = Object.entries(requires ?? {}).map(([name, value]) =>
    value === true ? name : `${name}:${String(value)}`,
  )
  return needs.length === 0 ? t('cli:demo.auto') : t('cli:demo.needs', { needs: needs.join(', ') })
}
