/** `npm run chaos -- --kills N --seed S [--json] [--openclaw]`. */
import { parseArgs } from 'node:util'

export interface Options {
  readonly kills: number
  readonly seed: number
  readonly json: boolean
  readonly openclaw: boolean
}

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      json: { type: 'boolean', default: false },
      openclaw: { type: 'boolean', default: false },
    },
  })
  const kills = values.kills ?? (values.openclaw ? '10' : '15')
  return { ...values, kills: whole('kills', kills), seed: whole('seed', values.seed) }
}

function whole(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || text.trim() === '')
    throw new Error(`--${name}: must be a whole number.`)
  return number
}
