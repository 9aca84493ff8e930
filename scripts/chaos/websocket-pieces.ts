/** Cuts the bytes of one direction of a connection into the request's or reply's head and whole WebSocket frames. */

const longestHead = 64 * 1024

export class WebSocketPieces {
  #held: Buffer = Buffer.alloc(0)
  #phase: 'head' | 'frames' | 'other' = 'head'

  /** Whole pieces that these bytes complete, in order. What is no WebSocket passes as it comes. */
  push(bytes: Buffer): Buffer[] {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const pieces: Buffer[] = []
    for (let length = this.#next(); length > 0; length = this.#next()) {
      pieces.push(this.#held.subarray(0, length))
      this.#held = this.#held.subarray(length)
    }
    return pieces
  }

  /** Whether what comes out now is a frame, which may change places with another one. */
  get inFrames(): boolean {
    return this.#phase === 'frames'
  }

  /** How long the piece at the beginning is; 0 while it is not whole. */
  #next(): number {
    if (this.#held.length === 0) return 0
    if (this.#phase === 'other') return this.#held.length
    if (this.#phase === 'frames') return frameLength(this.#held)
    const end = this.#held.indexOf('\r\n\r\n')
    if (end === -1 && this.#held.length < longestHead) return 0
    const head = this.#held.toString('latin1', 0, end === -1 ? longestHead : end + 2)
    const upgrades = head.startsWith('HTTP/1.1 101') || /\r\nupgrade: *websocket\r\n/i.test(head)
    this.#phase = end !== -1 && upgrades ? 'frames' : 'other'
    return end === -1 ? this.#held.length : end + 4
  }
}

/** RFC 6455, section 5.2. */
function frameLength(bytes: Buffer): number {
  if (bytes.length < 2) return 0
  const second = bytes.readUInt8(1)
  const masked = (second & 0x80) === 0 ? 0 : 4
  const short = second & 0x7f
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0
  if (bytes.length < 2 + extended) return 0
  const payload = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const whole = 2 + extended + masked + payload
  return bytes.length < whole ? 0 : whole
}
