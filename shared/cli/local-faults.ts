/** What stands in the way on the disk of this machine: looks at folders and files, changes nothing. */
import { constants } from 'node:fs'
import { access, readdir, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Home } from '../core/platform/home.ts'
import { files } from '../core/platform/home.ts'
import { damagedMark } from '../core/storage/set-aside.ts'

export interface DiskFacts {
  /** Undefined when the folder is not there yet. */
  readonly freeBytes: number | undefined
  /** Folders of ours that are there and cannot be written. */
  readonly unwritable: readonly string[]
  /** Folders and secret files that others can read. */
  readonly open: readonly { readonly file: string; readonly mode: string }[]
  /** Damaged databases that were set aside. */
  readonly setAside: readonly string[]
}

export async function lookAtDisk(home: Home): Promise<DiskFacts> {
  const places = files(home)
  const folders = [...new Set([home.config, home.data])]
  const kept = [home.data, places.agentDir, ...(await within(path.join(home.data, 'agents')))]
  const secret = [...folders, places.adminToken, places.joinToken, places.passwordHash, places.coordinatorDb]
  const [free, unwritable, modes, damaged] = await Promise.all([
    statfs(home.data).catch(() => undefined),
    Promise.all(folders.map(cannotBeWritten)),
    Promise.all(secret.map(openToOthers)),
    Promise.all(kept.map(within)),
  ])
  return {
    freeBytes: free && free.bavail * free.bsize,
    unwritable: unwritable.filter((folder) => folder !== undefined),
    open: modes.filter((found) => found !== undefined),
    setAside: damaged.flat().filter((file) => file.includes(damagedMark) && !/-(wal|shm)$/.test(file)),
  }
}

async function within(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.map((name) => path.join(folder, name))
}

async function cannotBeWritten(folder: string): Promise<string | undefined> {
  const there = await stat(folder).catch(() => undefined)
  if (!there) return undefined
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => folder,
  )
}

/** Windows has no such modes. */
async function openToOthers(file: string): Promise<{ file: string; mode: string } | undefined> {
  const there = process.platform === 'win32' ? undefined : await stat(file).catch(() => undefined)
  if (!there || (there.mode & 0o077) === 0) return undefined
  return { file, mode: there.isDirectory() ? '700' : '600' }
}
