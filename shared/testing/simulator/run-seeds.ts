/** Many runs, one after the other, and what they come to. A stray error anywhere in a run is a failure of that run. */
import { type MutationName, mutations } from './mutations.ts'
import { type Outcome, said, simulate } from './simulate.ts'
import type { Violation } from './witness.ts'

export interface SeedFailure extends Violation {
  readonly seed: number
}

export interface Tally {
  seeds: number
  messages: number
  turns: number
  events: number
  virtualMs: number
  readonly states: Record<string, number>
  readonly failures: SeedFailure[]
}

export const emptyTally = (): Tally => ({
  seeds: 0,
  messages: 0,
  turns: 0,
  events: 0,
  virtualMs: 0,
  states: {},
  failures: [],
})

export async function runSeed(seed: number, mutation: MutationName | undefined, traced = false): Promise<Outcome> {
  const strays: unknown[] = []
  const stray = (error: unknown): void => void strays.push(error)
  process.on('unhandledRejection', stray)
  try {
    const outcome = await simulate({ seed, mutation: mutation && mutations[mutation], traced })
    const [error] = strays
    if (error === undefined || outcome.violation) return outcome
    return { ...outcome, violation: { promise: 'nothing is left unhandled', what: said(error) } }
  } finally {
    process.off('unhandledRejection', stray)
  }
}

export function add(tally: Tally, { seed, violation, figures }: Outcome): void {
  tally.seeds += 1
  tally.messages += figures.messages
  tally.turns += figures.turns
  tally.events += figures.events
  tally.virtualMs += figures.virtualMs
  addStates(tally, figures.states)
  if (violation) tally.failures.push({ seed, ...violation })
}

export function merge(into: Tally, from: Tally): void {
  for (const field of ['seeds', 'messages', 'turns', 'events', 'virtualMs'] as const) into[field] += from[field]
  addStates(into, from.states)
  into.failures.push(...from.failures)
}

function addStates({ states }: Tally, more: Readonly<Record<string, number>>): void {
  for (const [state, count] of Object.entries(more)) states[state] = (states[state] ?? 0) + count
}
