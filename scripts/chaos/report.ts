/** What a run found, as a table for people and as JSON. */
import type { Verdict } from './audit.ts'
import { type Answered, type Carried, detection, elsewhere, type NodeSeen, type Spread, spread } from './measure.ts'
import { networkKinds, processKinds, type Target } from './plan.ts'

export interface Report extends Omit<Verdict, 'findings'> {
  readonly seed: number
  readonly kills: number
  /** `kill coordinator: 9`. */
  readonly faults: Readonly<Record<string, number>>
  /** In the middle of all looks; fewer while the coordinator is away and nothing can be sent. */
  readonly in_flight_p50: number
  readonly agent_or_network_noticed_ms: Spread
  readonly gateway_noticed_ms: Spread
  readonly answered_elsewhere_ms: Spread
  readonly took_s: number
  /** Everything that makes the run fail, in words. */
  readonly problems: readonly string[]
}

export interface Measured {
  readonly carried: readonly Carried[]
  readonly nodes: readonly NodeSeen[]
  readonly answers: readonly Answered[]
}

export function times({ carried, nodes, answers }: Measured) {
  const noticed = (targets: readonly Target[]): Spread =>
    spread(carried.filter(({ fault }) => targets.includes(fault.target)).map((one) => detection(one, nodes)))
  return {
    agent_or_network_noticed_ms: noticed(['agent', 'network']),
    gateway_noticed_ms: noticed(['gateway']),
    answered_elsewhere_ms: spread(carried.map((one) => elsewhere(one, answers))),
  }
}

export function countFaults(carried: readonly Carried[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { fault } of carried) {
    const name = `${fault.kind} ${fault.target}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

export function table(report: Report): string {
  const { faults, ended } = report
  const count = (kind: string, target: string): string => String(faults[`${kind} ${target}`] ?? 0)
  const kinds = processKinds.map((kind) => [
    ...[kind, count(kind, 'coordinator'), count(kind, 'agent'), count(kind, 'gateway')],
  ])
  const inWords: Record<string, string> = { kill: 'SIGKILL', stop: 'SIGSTOP, SIGCONT', cut: 'sockets cut' }
  const network = networkKinds.map((kind) => `${kind.replace('_', ' ')} ${count(kind, 'network')}`).join(', ')
  return [
    ...columns([
      ['faults', 'coordinator', 'agent', 'gateway'],
      ...kinds.map(([kind = '', ...rest]) => [inWords[kind] ?? kind, ...rest]),
    ]),
    `network: ${network}`,
    '',
    ...columns([
      ['messages', 'succeeded', 'interrupted', 'failed', 'other', 'turns begun'],
      [report.messages, ended.succeeded, ended.interrupted, ended.failed, ended.other, report.begun].map(String),
    ]),
    '',
    ...columns([['lost', 'doubled', 'run twice'], [report.lost, report.doubled, report.run_twice].map(String)]),
    '',
    ...columns([
      ['times', 'p50', 'max', 'measured'],
      ['fault to node shown offline', ...cells(report.agent_or_network_noticed_ms)],
      ['fault to gateway shown down', ...cells(report.gateway_noticed_ms)],
      ['fault to first answer elsewhere', ...cells(report.answered_elsewhere_ms)],
    ]),
    '',
    `${report.in_flight_p50} messages in flight (p50), seed ${report.seed}, ${report.took_s.toFixed(1)} s`,
  ].join('\n')
}

const cells = ({ count, p50, max }: Spread): string[] =>
  count === 0 ? ['-', '-', '0'] : [seconds(p50), seconds(max), String(count)]
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
