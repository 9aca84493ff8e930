/** `claw-mesh messages`: what was sent, newest first; one in full; stop one; watch them live; the rest in `settle-messages.ts`. */
import { Option } from 'commander'
import stringWidth from 'string-width'
import { check } from '../../contract/check.ts'
import { hasEnded, MessageState, type MessageSummary } from '../../contract/message.ts'
import { followEvents } from '../../core/client/follow-events.ts'
import { connect } from '../connect.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { clean, cleanLine } from '../output/clean.ts'
import { since } from '../output/format.ts'
import { messageText, stateStyle } from '../output/message-text.ts'
import { type Row, table } from '../output/table.ts'
import { count } from '../options.ts'
import { settleMessages } from '../settle-messages.ts'
import { stopSignal } from '../signals.ts'

interface ListOptions {
  readonly limit: string
  readonly cursor?: string
  readonly state?: string
  readonly node?: string
  readonly conversation?: string
  readonly dead?: boolean
  readonly follow?: boolean
}

export const messages: Configure = (command, context) => {
  const { t } = context
  // Its options are those of `messages` too, where nothing else is named.
  command
    .command('list', { isDefault: true })
    .description(t('cli:messages.list'))
    .option('--limit <n>', t('cli:messages.limit'), '20')
    .option('--cursor <cursor>', t('cli:messages.cursor'))
    .addOption(new Option('--state <state>', t('cli:messages.state_option')).choices([...states]))
    .option('-n, --node <name>', t('cli:messages.node_option'))
    .option('-c, --conversation <id>', t('cli:messages.conversation_option'))
    .option('--dead', t('cli:messages.dead'))
    .option('-f, --follow', t('cli:messages.follow'))
    .action((options: ListOptions) => (options.follow === true ? follow(context) : list(context, options)))
  command
    .command('show')
    .description(t('cli:messages.show'))
    .argument('<id>', t('cli:messages.id'))
    .action((id: string) => show(context, id))
  command
    .command('cancel')
    .description(t('cli:messages.cancel'))
    .argument('<id>', t('cli:messages.id'))
    .action((id: string) => cancel(context, id))
  settleMessages(command, context)
}

const states = [
  'queued',
  'offered',
  'started',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
  'expired',
] as const satisfies readonly MessageState[]

async function list(context: CliContext, options: ListOptions): Promise<void> {
  const { client } = await connect(context)
  const nodeId = options.node === undefined ? undefined : (await client.call('nodes.get', { node_id: options.node })).id
  const page = await client.call('messages.list', {
    limit: count('--limit', options.limit, 200),
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    ...(options.state === undefined ? {} : { state: check(MessageState, options.state, { what: '--state' }) }),
    ...(nodeId === undefined ? {} : { node_id: nodeId }),
    ...(options.conversation === undefined ? {} : { conversation: options.conversation }),
    ...(options.dead === true ? { dead_letters: true } : {}),
  })
  if (context.json) {
    printJson(context, page)
    return
  }
  context.out.write(listText(context, page.messages))
  // Beside the list, so that what reads the list has nothing else to read.
  if (page.next_cursor !== null) context.err.line(context.t('cli:messages.older', { cursor: page.next_cursor }))
}

export function listText(context: Pick<CliContext, 'out' | 't' | 'clock'>, list: readonly MessageSummary[]): string {
  const { out, t, clock } = context
  if (list.length === 0) return `${t('cli:messages.none')}\n`
  const head = (['message', 'state', 'node', 'sent', 'sender', 'text'] as const).map((key) => t(`cli:messages.${key}`))
  const rows = list.map((message): Row => [
    message.id,
    { text: t(`common:state.${message.state}`), style: stateStyle[message.state] },
    message.node_name ?? '–',
    since(message.created_at, clock.now()),
    `${message.sender} (${message.source})`,
    // Of one that ended without an answer one wants to know why.
    message.error === undefined ? message.excerpt : `${message.excerpt} (${message.error.message})`,
  ])
  return table(head, rows, { width: out.columns, paint: out.paint })
}

async function show(context: CliContext, id: string): Promise<void> {
  const message = await (await connect(context)).client.call('messages.get', { message_id: id })
  if (context.json) printJson(context, message)
  else context.out.write(messageText(context, message))
}

async function cancel(context: CliContext, id: string): Promise<void> {
  const message = await (await connect(context)).client.call('messages.cancel', { message_id: id })
  if (context.json) printJson(context, message)
  else {
    const key =
      message.state === 'cancelled'
        ? 'cli:messages.cancelled'
        : hasEnded(message.state)
          ? 'cli:messages.ended'
          : 'cli:messages.cancelling'
    context.out.line(context.t(key, { id: message.id, state: context.t(`common:state.${message.state}`) }))
  }
}

/** Until Ctrl-C; with --json one event per line. */
async function follow(context: CliContext): Promise<void> {
  const { url, token } = await connect(context)
  const { signal, done } = stopSignal(context.signals)
  try {
    const onBreak = () => context.err.line(context.t('cli:messages.broke'))
    for await (const event of followEvents({ url, token, signal, onBreak })) {
      if (context.json) printJson(context, event)
      else if ('message' in event.data) context.out.line(eventLine(context, event.at, event.data.message))
    }
  } finally {
    done()
  }
}

export function eventLine({ out, t }: Pick<CliContext, 'out' | 't'>, at: string, message: MessageSummary): string {
  const state = out.paint(stateStyle[message.state], padded(t(`common:state.${message.state}`)))
  const detail = message.error?.message ?? message.response_excerpt ?? message.excerpt
  const node = message.node_name === undefined ? '' : ` ${cleanLine(message.node_name)}`
  return `${out.paint('dim', clockTime(at))}  ${message.id}  ${state}${node}  ${cleanLine(clean(detail))}`
}

/** As wide as the longest state, so that what follows stands in a column. */
const padded = (text: string): string => text + ' '.repeat(Math.max(0, 11 - stringWidth(text)))

const clockTime = (at: string): string => new Date(at).toTimeString().slice(0, 8)
