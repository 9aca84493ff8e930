/** `claw-mesh send`: sends a message and shows the answer while it grows. */
import { randomUUID } from 'node:crypto'
import { text as readAll } from 'node:stream/consumers'
import { exitCode } from '../../contract/error-tables.ts'
import { MeshError } from '../../contract/error.ts'
import { maxContentBytes } from '../../contract/limits.ts'
import type { Message, RouteAccepted } from '../../contract/message.ts'
import { type Connection, connect } from '../connect.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { messageError } from '../message-error.ts'
import { type SendOptions, sendInput } from '../send-input.ts'
import { submit } from '../submit.ts'
import { watchMessage } from '../watch-message.ts'

interface Options extends SendOptions {
  readonly stream: boolean
  readonly detach?: boolean
}

const collect = (value: string, earlier: readonly string[] | undefined): string[] => [...(earlier ?? []), value]

export const send: Configure = (command, context) => {
  const { t } = context
  command
    .argument('<text...>', t('cli:send.text'))
    .option('-n, --node <name>', t('cli:send.node'))
    .option('--auto', t('cli:send.auto'))
    .option('--os <os>', t('cli:send.os'))
    .option('--arch <arch>', t('cli:send.arch'))
    .option('--gpu', t('cli:send.gpu'))
    .option('--vram-gb <n>', t('cli:send.vram'))
    .option('--memory-gb <n>', t('cli:send.memory'))
    .option('--skill <name>', t('cli:send.skill'), collect)
    .option('--tool <name>', t('cli:send.tool'), collect)
    .option('--tag <name>', t('cli:send.tag'), collect)
    .option('-c, --conversation <id>', t('cli:send.conversation'))
    .option('--priority <1-5>', t('cli:send.priority'))
    .option('--timeout <time>', t('cli:send.timeout'))
    .option('--no-stream', t('cli:send.no_stream'))
    .option('--detach', t('cli:send.detach'))
    .action(async (words: string[], options: Options) => {
      const content = words.length === 1 && words[0] === '-' ? await readInput(context) : words.join(' ')
      const input = sendInput(content, options, randomUUID())
      const connection = await connect(context)
      const accepted = await submit(connection, input, options.node)
      if (options.detach === true) tellDetached(context, accepted)
      else await follow(context, connection, accepted.message_id, options.stream)
    })
}

async function readInput(context: CliContext): Promise<string> {
  const content = (await readAll(context.stdin)).replace(/\r?\n$/, '')
  if (Buffer.byteLength(content) <= maxContentBytes) return content
  throw new MeshError(
    'payload_too_large',
    `The message has ${Buffer.byteLength(content)} bytes; ${maxContentBytes} are allowed.`,
    {
      hint: 'Send a shorter text, or name a file the assistant can read on its machine.',
    },
  )
}

function tellDetached(context: CliContext, { message_id: id, url }: RouteAccepted): void {
  if (context.json) {
    printJson(context, { message_id: id, url })
    return
  }
  context.out.line(id)
  context.err.line(context.err.paint('dim', context.t('cli:send.detached', { id })))
}

async function follow(context: CliContext, connection: Connection, id: string, stream: boolean): Promise<void> {
  await watchMessage(context, connection, id, { stream: stream && !context.json, quiet: context.json })
  const message = await connection.client.call('messages.get', { message_id: id })
  const error = messageError(message)
  if (context.json) {
    printJson(context, outcome(message))
    if (error) context.setExitCode(exitCode[error.code])
  } else if (error) throw error
}

const outcome = (message: Message) => ({
  message_id: message.id,
  state: message.state,
  node_id: message.node_id ?? null,
  node: message.node_name ?? null,
  reason: message.decision?.reason ?? null,
  response: message.response ?? null,
  ...(message.usage === undefined ? {} : { usage: message.usage }),
  ...(message.error === undefined ? {} : { error: message.error }),
})
