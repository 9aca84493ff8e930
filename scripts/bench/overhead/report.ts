/** The bench's figures: medians of the rounds, what each system adds to the direct way, and whether the aims are met. */
import { fixed, mb, median, table } from '../lib/figures.ts'

export interface Measured {
  readonly round: number
  readonly system: string
  readonly concurrency: number
  readonly requests: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly cores: number
  readonly cpuPerRequestMs: number
  readonly rss: number
}

export interface Report {
  readonly measured: readonly Measured[]
  readonly names: readonly string[]
  readonly concurrencies: readonly number[]
  readonly fdatasyncMs: number
  readonly machine: string
}

export interface Row {
  readonly system: string
  readonly concurrency: number
  readonly p50: number
  readonly p99: number
  readonly addedP50: number
  readonly addedP99: number
  readonly perSecond: number
  readonly cores: number
  readonly cpuPerRequestMs: number
  readonly rssMb: number
}

export function report({ measured, names, concurrencies, fdatasyncMs, machine }: Report, asJson: boolean): void {
  const rows = concurrencies.flatMap((concurrency) => names.map((system) => rowOf(measured, system, concurrency)))
  const aims = aimsOf(rows)
  if (asJson) {
    console.log(JSON.stringify({ machine, fdatasync_p50_ms: fdatasyncMs, rows, aims, measured }, undefined, 2))
    return
  }
  console.log(`${machine}; fdatasync of 4 KiB on this disk: p50 ${fixed(fdatasyncMs, 3)} ms\n`)
  for (const concurrency of concurrencies) {
    console.log(`${concurrency} at once\n`)
    const head = [
      '',
      'added p50 ms',
      'added p99 ms',
      'p50 ms',
      'p99 ms',
      'requests/s',
      'cores',
      'CPU ms/request',
      'RSS MB',
    ]
    console.log(table(head, rows.filter((row) => row.concurrency === concurrency).map(cells)))
    console.log()
  }
  if (aims.length > 0)
    console.log(
      table(
        ['aim', 'measured', ''],
        aims.map(({ aim, value, met }) => [aim, fixed(value), met ? 'met' : 'missed']),
      ),
    )
}

function rowOf(measured: readonly Measured[], system: string, concurrency: number): Row {
  const own = measured.filter((one) => one.system === system && one.concurrency === concurrency)
  const direct = (round: number): Measured | undefined =>
    measured.find((one) => one.system === 'direct' && one.concurrency === concurrency && one.round === round)
  const middle = (of: (one: Measured) => number): number => median(own.map(of))
  return {
    system,
    concurrency,
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    // Against the direct way of the same round: what else the machine did then, it did to both.
    addedP50: middle(({ p50, round }) => p50 - (direct(round)?.p50 ?? NaN)),
    addedP99: middle(({ p99, round }) => p99 - (direct(round)?.p99 ?? NaN)),
    perSecond: middle(({ perSecond }) => perSecond),
    cores: middle(({ cores }) => cores),
    cpuPerRequestMs: middle(({ cpuPerRequestMs }) => cpuPerRequestMs),
    rssMb: mb(middle(({ rss }) => rss)),
  }
}

const cells = (row: Row): string[] => [
  row.system,
  ...[row.addedP50, row.addedP99, row.p50, row.p99].map((value) => fixed(value)),
  fixed(row.perSecond, 0),
  fixed(row.cores),
  fixed(row.cpuPerRequestMs),
  fixed(row.rssMb, 0),
]

interface Aim {
  readonly aim: string
  readonly value: number
  readonly met: boolean
}

function aimsOf(rows: readonly Row[]): Aim[] {
  const row = (system: string, concurrency: number): Row | undefined =>
    rows.find((one) => one.system === system && one.concurrency === concurrency)
  const [ours, fast, portkey] = ['claw-mesh', 'claw-mesh, not durable', 'Portkey gateway'].map((name) => row(name, 1))
  const [oursBusy, portkeyBusy, nginxBusy] = ['claw-mesh', 'Portkey gateway', 'nginx least_conn'].map((name) =>
    row(name, 32),
  )
  if (!ours || !fast || !portkey || !oursBusy || !portkeyBusy || !nginxBusy) return []
  const atMost = (aim: string, value: number, limit: number): Aim => ({ aim, value, met: value <= limit })
  const atLeast = (aim: string, value: number, limit: number): Aim => ({ aim, value, met: value >= limit })
  return [
    atMost('added p50 at 1, durable: at most 2 ms', ours.addedP50, 2),
    atMost('and under Portkey’s: at most 1 × it', ours.addedP50 / portkey.addedP50, 1),
    atMost('added p50 at 1, not durable: at most 0.8 ms', fast.addedP50, 0.8),
    atLeast('requests/s at 32: at least 2.5 × Portkey’s', oursBusy.perSecond / portkeyBusy.perSecond, 2.5),
    atLeast('requests/s at 32: at least 0.1 × nginx’s', oursBusy.perSecond / nginxBusy.perSecond, 0.1),
  ]
}
