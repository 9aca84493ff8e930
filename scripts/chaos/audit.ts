/** Compares what was promised with what came of it: acknowledgements, stored messages, what a reader saw, begun turns. Pure. */
import { hasEnded, type Message, type MessageState } from '../../shared/contract/message.ts'
import { type BegunTurn, piecesOf, readWork } from './turns.ts'

/** A message that the client was told is safe. */
export interface Acknowledged {
  readonly marker: string
  readonly text: string
  /** The ids that came back for its one idempotency key, each once. */
  readonly ids: readonly string[]
}

export interface Seen {
  readonly id: string
  readonly state: MessageState
  readonly response?: string | undefined
}

export interface Evidence {
  readonly acknowledged: readonly Acknowledged[]
  /** As they stand once the mesh has settled. */
  readonly stored: readonly Message[]
  /** What readers were shown on the way. */
  readonly seen: readonly Seen[]
  readonly turns: readonly BegunTurn[]
  /** The gateway answers in its own words, which say nothing of the turn. */
  readonly anyAnswer?: boolean
}

export type Fault = 'lost' | 'doubled' | 'run_twice'
export interface Finding {
  readonly fault: Fault
  readonly marker: string
  readonly message_id: string
  readonly what: string
}

export interface Verdict {
  readonly messages: number
  readonly begun: number
  readonly ended: Readonly<Record<'succeeded' | 'interrupted' | 'failed' | 'other', number>>
  /** Each once a message, however much is wrong with it. */
  readonly lost: number
  readonly doubled: number
  readonly run_twice: number
  readonly findings: readonly Finding[]
}

export function audit({ acknowledged, stored, seen, turns, anyAnswer = false }: Evidence): Verdict {
  const byId = new Map(stored.map((message) => [message.id, message]))
  const byMarker = Map.groupBy(stored, ({ content }) => readWork(content)?.marker ?? '')
  const seenOf = Map.groupBy(seen, ({ id }) => id)
  const turnsOf = Map.groupBy(turns, ({ marker }) => marker)
  const ended = { succeeded: 0, interrupted: 0, failed: 0, other: 0 }
  const findings: Finding[] = []

  for (const { marker, text, ids } of acknowledged) {
    const [id = ''] = ids
    const find = (fault: Fault, what: string): void => void findings.push({ fault, marker, message_id: id, what })
    const message = byId.get(id)
    if (!message) find('lost', 'it was acknowledged and is not there')
    else if (!hasEnded(message.state) && message.state !== 'interrupted')
      find('lost', `it never ended: ${message.state}`)
    if (message && message.content !== text) find('lost', `its text is another one: ${message.content.slice(0, 200)}`)
    const twins = new Set([...ids, ...(byMarker.get(marker) ?? []).map((one) => one.id)])
    if (twins.size > 1) find('doubled', `one key became ${twins.size} messages: ${[...twins].join(', ')}`)
    const begun = turnsOf.get(marker) ?? []
    if (message) {
      ended[isCounted(message.state) ? message.state : 'other']++
      const shown = visible([...(seenOf.get(id) ?? []), message])
      if (shown.length > 1) find('doubled', `its result changed: ${shown.join(' then ')}`)
      const wrong = message.state === 'succeeded' && !anyAnswer ? wrongAnswer(message, begun) : undefined
      if (wrong !== undefined) find('doubled', wrong)
    }
    if (begun.length > 1) {
      const where = begun.map(({ node, turn }) => `${turn} on ${node}`).join(', ')
      find('run_twice', `${begun.length} turns began and nobody asked for a rerun: ${where}`)
    }
  }
  const count = (fault: Fault): number =>
    new Set(findings.filter((finding) => finding.fault === fault).map(({ marker }) => marker)).size
  return {
    messages: acknowledged.length,
    begun: turns.length,
    ended,
    lost: count('lost'),
    doubled: count('doubled'),
    run_twice: count('run_twice'),
    findings,
  }
}

const isCounted = (state: MessageState): state is 'succeeded' | 'interrupted' | 'failed' =>
  state === 'succeeded' || state === 'interrupted' || state === 'failed'

/** The different ends that a reader was shown. An interrupted message has no end yet: its answer may still come. */
const visible = (looks: readonly Pick<Seen, 'state' | 'response'>[]): string[] => [
  ...new Set(
    looks
      .filter(({ state }) => hasEnded(state))
      .map(({ state, response }) => `${state} ${JSON.stringify(response ?? null).slice(0, 300)}`),
  ),
]

/** An answer is the whole text of one turn that began for this message, and holds nothing of another one. */
function wrongAnswer({ content, response = '' }: Message, begun: readonly BegunTurn[]): string | undefined {
  const work = readWork(content)
  const whole = begun.filter(({ turn }) => work && response.endsWith(piecesOf(work, turn).join('')))
  const told = new Set([...response.matchAll(/ (\w+)\.\d+/g)].map(([, turn]) => turn))
  if (whole.length === 1 && told.size === 1) return undefined
  return `its answer is not that of one turn begun for it: ${response.slice(0, 300)}`
}
