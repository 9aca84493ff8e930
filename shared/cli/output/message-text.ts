/** One message in full: what became of it, which node and why not the others, the attempts, the answer. */
import type { Decision, Reason } from '../../contract/decision.ts'
import type { Attempt, LateResult, Message, MessageState } from '../../contract/message.ts'
import type { Translate } from '../../i18n/create-i18n.ts'
import type { CliContext } from '../context.ts'
import { clean, cleanLine } from './clean.ts'
import { age } from './format.ts'
import { columns } from './columns.ts'
import type { Style } from './sink.ts'
import { type Row, table } from './table.ts'

export const stateStyle: Record<MessageState, Style> = {
  queued: 'yellow',
  offered: 'cyan',
  started: 'cyan',
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'dim',
  interrupted: 'red',
  expired: 'red',
}

type Context = Pick<CliContext, 'out' | 't' | 'clock'>

export function messageText(context: Context, message: Message): string {
  const parts = [facts(context, message)]
  if (message.decision && message.decision.nodes.length > 0) parts.push(decisionText(context, message.decision))
  if (message.attempts.length > 1 || message.attempts.some(({ late }) => late !== undefined))
    parts.push(attemptsText(context, message.attempts))
  const answer = message.response === undefined ? '' : clean(message.response)
  if (answer !== '') parts.push(`${answer}${answer.endsWith('\n') ? '' : '\n'}`)
  return parts.join('\n')
}

function facts({ out, t, clock }: Context, message: Message): string {
  const took =
    message.ended_at === undefined ? undefined : Date.parse(message.ended_at) - Date.parse(message.created_at)
  const lines: (readonly [string, string | undefined])[] = [
    [t('cli:messages.text'), cleanLine(message.content)],
    [t('cli:messages.node'), message.node_name],
    [t('cli:messages.why'), message.decision?.reason],
    [t('cli:messages.waits'), message.waiting ? t(`common:waiting.${message.waiting.reason}`) : undefined],
    [t('cli:messages.error'), message.error?.message],
    [t('cli:messages.hint'), message.error?.hint],
    [t('cli:messages.replay_of'), message.replay_of],
    [t('cli:messages.replayed_as'), message.replayed_as],
    [
      t('cli:messages.conversation'),
      message.conversation && `${message.conversation} (${t(`common:affinity.${message.affinity}`)})`,
    ],
    [t('cli:messages.sender'), `${message.sender} (${message.source})`],
    [t('cli:messages.sent'), t('cli:messages.ago', { age: age(clock.now() - Date.parse(message.created_at)) })],
    [
      t('cli:messages.took'),
      took === undefined ? undefined : t('cli:messages.seconds', { seconds: (took / 1_000).toFixed(1) }),
    ],
  ]
  const head = `${out.paint('bold', message.id)}  ${out.paint(stateStyle[message.state], t(`common:state.${message.state}`))}\n`
  const told = lines.filter((line): line is [string, string] => Boolean(line[1]))
  const shown = told.map(([name, value]) => [name.toLowerCase(), cleanLine(value)] as const)
  return head + columns(shown, (name) => out.paint('dim', name))
}

function decisionText({ out, t }: Context, decision: Decision): string {
  const head = (['node', 'verdict', 'score', 'why'] as const).map((key) => t(`cli:messages.${key}`))
  const rows = decision.nodes.map((node): Row => [
    { text: node.name, style: 'bold' },
    {
      text: t(`common:verdict.${node.verdict}`),
      style: node.verdict === 'chosen' ? 'green' : node.verdict === 'scored' ? 'cyan' : 'dim',
    },
    node.score === undefined ? '–' : node.score.toFixed(2),
    node.reasons.map((reason) => reasonText(t, reason)).join(', '),
  ])
  return table(head, rows, { width: out.columns, paint: out.paint })
}

function attemptsText({ out, t }: Context, attempts: readonly Attempt[]): string {
  const head = (['attempt', 'node', 'outcome', 'why'] as const).map((key) => t(`cli:messages.${key}`))
  const rows = attempts.map((attempt): Row => [
    String(attempt.number),
    attempt.node_name,
    attempt.outcome ?? '–',
    attempt.late === undefined ? (attempt.error?.message ?? '') : lateText(t, attempt.late),
  ])
  return table(head, rows, { width: out.columns, paint: out.paint })
}

const lateText = (t: Translate, { text, outcome, error }: LateResult): string =>
  t('cli:messages.late', { text: error?.message ?? (text === '' ? outcome : text) })

/** A reason in the reader's language, from its code and what the sentence needs. */
export function reasonText(t: Translate, reason: Reason): string {
  switch (reason.code) {
    case 'lacks':
      return reason.have === undefined
        ? t('common:reason.lacks', { need: reason.need ?? '?' })
        : t('common:reason.lacks_has', { need: reason.need ?? '?', have: reason.have })
    case 'offline':
      return reason.since === undefined
        ? t('common:reason.offline')
        : t('common:reason.offline_since', { since: new Date(reason.since).toTimeString().slice(0, 5) })
    case 'condition':
      return reason.condition === undefined ? (reason.detail ?? '') : t(`common:condition.${reason.condition}`)
    case 'tie_break':
      return reason.detail === undefined
        ? t('common:reason.tie_break')
        : t('common:reason.tie_lost', { node: reason.detail })
    default: {
      const aside = busyText(t, reason) ?? reason.detail
      return t(`common:reason.${reason.code}`) + (aside === undefined ? '' : ` (${aside})`)
    }
  }
}

function busyText(t: Translate, { used, slots, cpu_percent: cpu }: Reason): string | undefined {
  if (used === undefined || slots === undefined) return undefined
  return cpu === undefined
    ? t('common:reason.slots', { used, slots })
    : t('common:reason.slots_cpu', { used, slots, cpu })
}
