/** What all parts of one simulated run share. */
import { type Log, silentLog } from '../../core/platform/log.ts'
import type { Mutation } from './mutations.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Witness } from './witness.ts'

export interface World {
  readonly time: VirtualTime
  readonly random: Random
  readonly witness: Witness
  /** A fault that was put into the code, to see that it is found. */
  readonly mutation: Mutation | undefined
  readonly trace: (who: string, what: string) => void
  readonly log: (who: string) => Log
}

/** What the code itself has to say, as lines of the trace. */
export function tracedLog(trace: World['trace'], who: string): Log {
  const say =
    (level: string) =>
    (fields: object, message: string): void =>
      trace(who, `${level}: ${message} ${JSON.stringify(fields, plainErrors)}`)
  return { ...silentLog, info: say('info'), warn: say('warn'), error: say('error') }
}

const plainErrors = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message } : value
