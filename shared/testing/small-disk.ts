/** A disk of a few megabytes over a folder, for tests that fill it. Needs the right to mount. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface SmallDisk {
  readonly dir: string
  /** Leaves not one block. */
  fill(): void
  makeRoom(): void
  /** Whoever has files open there keeps them until they are closed. */
  remove(): void
}

/** On `over`, or on a folder of its own. */
export function smallDisk(over?: string): SmallDisk {
  const dir = over ?? mkdtempSync(path.join(os.tmpdir(), 'small-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', dir], { stdio: 'pipe' })
  const filler = path.join(dir, 'filler')
  return {
    dir,
    fill: () => {
      for (const bytes of [256 * 1024, 4_096]) fillBy(bytes, filler)
    },
    makeRoom: () => rmSync(filler),
    remove: () => {
      execFileSync('umount', ['-l', dir], { stdio: 'pipe' })
      if (over === undefined) rmSync(dir, { recursive: true })
    },
  }
}

function fillBy(bytes: number, filler: string): void {
  const block = Buffer.alloc(bytes, 1)
  try {
    for (;;) writeFileSync(filler, block, { flag: 'a' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

export function canMount(): boolean {
  try {
    smallDisk().remove()
    return true
  } catch {
    return false
  }
}
