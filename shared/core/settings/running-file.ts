/** The note a running process leaves for the command on the same machine: its pid and, for a coordinator, its URL. */
import { rm } from 'node:fs/promises'
import { uptime } from 'node:os'
import { type Static, Type } from 'typebox'
import { isValid } from '../../contract/check.ts'
import { readIfThere, writePrivateFile } from '../platform/files.ts'

export const Running = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  /** Milliseconds since 1970. */
  started: Type.Number(),
  url: Type.Optional(Type.String({ maxLength: 2_048 })),
})
export type Running = Static<typeof Running>

export const writeRunning = (file: string, running: Running): Promise<void> =>
  writePrivateFile(file, `${JSON.stringify(running)}\n`)

/** What the file says, if the process that wrote it can still be alive. */
export async function readRunning(file: string, isAlive = processLives): Promise<Running | undefined> {
  const text = await readIfThere(file)
  if (text === undefined) return undefined
  const running = parse(text)
  return running && isAlive(running) ? running : undefined
}

/** Removes the note unless another process has replaced it. */
export async function removeRunning(file: string, pid: number): Promise<void> {
  const running = parse((await readIfThere(file)) ?? '')
  if (running?.pid === pid) await rm(file, { force: true })
}

/** A pid alone proves little: after a reboot it belongs to somebody else, so a note from before the boot is void. */
export function processLives(running: Running): boolean {
  if (running.started < Date.now() - uptime() * 1_000 - 60_000) return false
  try {
    process.kill(running.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function parse(text: string): Running | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isValid(Running, value) ? value : undefined
  } catch {
    return undefined
  }
}
