/** A WebSocket message as an unchecked value. */
import type { RawData } from 'ws'
import { MeshError } from '../../../../contract/error.ts'

export function readJson(data: RawData, isBinary: boolean): unknown {
  try {
    if (!isBinary) return JSON.parse(textOf(data))
  } catch {
    // Said below: what is not JSON need not be told apart from what is not text.
  }
  throw new MeshError('bad_frame', 'frame: is not JSON text.', { hint: 'Send one JSON object in a text frame.' })
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8')
