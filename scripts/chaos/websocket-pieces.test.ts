import { describe, expect, it } from 'vitest'
import { WebSocketPieces } from './websocket-pieces.ts'

const request = Buffer.from('GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n')
const reply = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')

function frame(size: number, masked: boolean): Buffer {
  const length =
    size < 126
      ? Buffer.from([size])
      : size < 65_536
        ? Buffer.from([126, size >> 8, size & 255])
        : Buffer.from([127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255])
  length.writeUInt8(length.readUInt8(0) | (masked ? 0x80 : 0), 0)
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc((masked ? 4 : 0) + size, 7)])
}

describe('the pieces of a connection', () => {
  const frames = [frame(0, false), frame(125, true), frame(126, false), frame(70_000, true)]

  it('are the head and every frame whole, wherever the bytes were cut', () => {
    for (const head of [request, reply]) {
      const all = Buffer.concat([head, ...frames])
      for (const step of [7, 1_000, all.length]) {
        const cutter = new WebSocketPieces()
        const pieces: Buffer[] = []
        for (let at = 0; at < all.length; at += step) pieces.push(...cutter.push(all.subarray(at, at + step)))
        expect(pieces.map(({ length }) => length)).toEqual([head, ...frames].map(({ length }) => length))
        expect(Buffer.concat(pieces).equals(all)).toBe(true)
        expect(cutter.inFrames).toBe(true)
      }
    }
  })

  it('pass at once when it is plain HTTP', () => {
    const cutter = new WebSocketPieces()
    const post = Buffer.from('POST /nodes HTTP/1.1\r\nContent-Length: 4\r\n\r\n{"a"')
    expect(Buffer.concat(cutter.push(post)).equals(post)).toBe(true)
    expect(Buffer.concat(cutter.push(Buffer.from(':1}'))).toString()).toBe(':1}')
    expect(cutter.inFrames).toBe(false)
  })
})
