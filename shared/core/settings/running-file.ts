/** The note a running process leaves for the command on the same machine: its pid and, for a coordinator, its URL. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { type Static, Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { readIfThere, writePrivateFile } from '../platform/files.ts'
import { isLocked } from '../storage/file-lock.ts'

export const Running = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  /** Milliseconds since 1970. */
  started: Type.Number(),
  url: Type.Optional(Type.String({ maxLength: 2_048 })),
})
export type Running = Static<typeof Running>

export const writeRunning = (file: string, running: Running): Promise<void> =>
  writePrivateFile(file, `${JSON.stringify(running)}\n`)

/** What the file says, if a coordinator runs on its folder. */
export async function readRunning(file: string, isAlive = coordinatorRuns): Promise<Running | undefined> {
  const text = await readIfThere(file)
  if (text === undefined) return undefined
  const running = parse(text)
  return running && isAlive(file) ? running : undefined
}

/** Removes the note unless another process has replaced it. */
export async function removeRunning(file: string, pid: number): Promise<void> {
  const running = parse((await readIfThere(file)) ?? '')
  if (running?.pid === pid) await rm(file, { force: true })
}

/**
 * The lock on the coordinator's database tells, not the pid: pids are used again (in a container the same one at every
 * start), and whoever trusted one would show the admin token to whatever listens at the noted URL.
 */
const coordinatorRuns = (file: string): boolean => isLocked(path.join(path.dirname(file), 'coordinator.db'))

function parse(text: string): Running | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isValid(Running, value) ? value : undefined
  } catch {
    return undefined
  }
}
