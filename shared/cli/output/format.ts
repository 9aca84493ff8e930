/** Small values as people read them. */
import type { Gpu } from '../../contract/capabilities.ts'
import type { Load } from '../../contract/node.ts'

/** `12s`, `3m`, `2h`, `5d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

export const since = (instant: string, now: number): string => age(now - Date.parse(instant))

/** `2/8`, with what waits: `8/8 +3`. */
export const loadText = (load: Load): string =>
  `${load.running}/${load.slots}${load.queued > 0 ? ` +${load.queued}` : ''}`

/** `RTX 4090 24 GB`, `2× A100 80 GB`; empty without one. */
export function gpuText(has: boolean, gpus: readonly Gpu[]): string {
  const [first] = gpus
  if (!first) return has ? 'yes' : ''
  const memory = first.vram_gb > 0 ? ` ${Math.round(first.vram_gb)} GB` : ''
  return `${gpus.length > 1 ? `${gpus.length}× ` : ''}${first.name}${memory}`
}
