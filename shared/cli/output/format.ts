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

/** A length of time to come, in its two largest units: `1h 30m`, `7d`; started minutes count as whole ones. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.ceil(seconds / 60)
  const units: readonly (readonly [number, string])[] = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'm'],
  ]
  const first = units.findIndex(([n]) => n > 0)
  const two = units.slice(first, first + 2).filter(([n]) => n > 0)
  return two.map(([n, unit]) => `${n}${unit}`).join(' ')
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
