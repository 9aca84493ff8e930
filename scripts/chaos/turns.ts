/** What a message of the load says, what a turn on the counting gateway answers, and the log that it keeps of turns. */
import { readFileSync } from 'node:fs'

export interface Work {
  /** Names the message, also where a transcript stands around it. */
  readonly marker: string
  readonly pieces: number
  readonly every_ms: number
}

export interface BegunTurn {
  readonly marker: string
  /** Random: no two turns answer alike. */
  readonly turn: string
  readonly node: string
}

export const textOf = ({ marker, pieces, every_ms }: Work): string =>
  `chaos ${marker} pieces=${pieces} every_ms=${every_ms}`

/** Undefined for what the load did not send. */
export function readWork(text: string): Work | undefined {
  const [, marker, pieces, every] = /\bchaos (\S+) pieces=(\d+) every_ms=(\d+)/.exec(text) ?? []
  return marker === undefined ? undefined : { marker, pieces: Number(pieces), every_ms: Number(every) }
}

/** Pieces of different turns never fit together: each names its turn and its place. */
export const piecesOf = ({ marker, pieces }: Pick<Work, 'marker' | 'pieces'>, turn: string): string[] => [
  `answer to ${marker}:`,
  ...Array.from({ length: pieces }, (_, index) => ` ${turn}.${index + 1}`),
]

/** A line that a crash cut short is no turn: it was written before anything was answered. */
export function readTurns(file: string): BegunTurn[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as BegunTurn]
      } catch {
        return []
      }
    })
}
