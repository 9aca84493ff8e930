/**
 * Names the current boot of this machine. What was not on disk when the power went is gone: a coordinator that sees another
 * boot id does not take “not listed as begun” for “never began”.
 */
import { readFile } from 'node:fs/promises'
import os from 'node:os'

export interface BootFacts {
  readonly platform: string
  /** The kernel's own id; Linux has one. */
  readonly kernelId: () => Promise<string>
  readonly nowMs: number
  readonly uptimeS: number
  /** The id of an earlier call on this machine, if any was kept. */
  readonly kept: string | undefined
}

/** Setting the clock moves a boot time that is worked out from it; no machine boots twice within this. */
const sameBootWithinS = 10

export async function hostBootId(facts: BootFacts): Promise<string> {
  if (facts.platform === 'linux') {
    const id = await facts.kernelId().catch(() => '')
    if (/^[0-9a-f-]{32,36}$/.test(id.trim())) return id.trim()
  }
  // Elsewhere only the moment of the boot tells one from another, and it is known to about a second.
  const bootedAtS = Math.round(facts.nowMs / 1_000 - facts.uptimeS)
  const keptS = Number(/^boot-(\d{1,12})$/.exec(facts.kept ?? '')?.[1] ?? Number.NaN)
  return Math.abs(keptS - bootedAtS) <= sameBootWithinS ? `boot-${keptS}` : `boot-${bootedAtS}`
}

export const thisBoot = (nowMs: number, kept: string | undefined): Promise<string> =>
  hostBootId({
    platform: process.platform,
    kernelId: () => readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    nowMs,
    uptimeS: os.uptime(),
    kept,
  })
