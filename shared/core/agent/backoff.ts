/** How long to wait before the link is dialled again. Pure. Design §3. */

export interface Outage {
  /** Redials made since the link was last steady. */
  readonly attempt: number
  readonly forMs: number
}

const firstMs = 200
const patientAfterMs = 60_000
const eagerMs = 1_000
const patientMs = 15_000

/**
 * Full jitter: anything from nothing to the step, so that a fleet cut off together does not come back together. Eager in
 * the first minute (a coordinator that restarts is back in seconds), patient afterwards.
 */
export function redialDelay(outage: Outage, random: () => number): number {
  const ceiling = outage.forMs < patientAfterMs ? eagerMs : patientMs
  return Math.round(random() * Math.min(ceiling, firstMs * 2 ** Math.min(outage.attempt, 16)))
}
