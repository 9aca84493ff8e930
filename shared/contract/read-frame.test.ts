import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MeshError } from './error.ts'
import { agentFrames, coordinatorFrames } from './link.ts'
import { readAgentFrame, readCoordinatorFrame } from './read-frame.ts'

const accept = { type: 'accept', message_id: 'msg-1', attempt: 1 }
const badFrame = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'bad_frame', message: expect.stringMatching(message) })

describe('reading a frame', () => {
  it('gives what was sent, typed', () => {
    expect(readAgentFrame(JSON.stringify(accept))).toEqual(accept)
    const start = { type: 'start', message_id: 'msg-1', attempt: 2 }
    expect(readCoordinatorFrame(JSON.stringify(start))).toEqual(start)
  })

  it('knows who may send what', () => {
    expect(() => readCoordinatorFrame(JSON.stringify(accept))).toThrow(badFrame(/^type: must be one of welcome/))
    expect(Object.keys(agentFrames).filter((type) => type in coordinatorFrames)).toEqual([])
  })

  it.each(['', 'hello', '{', '{"type":"accept"', '\u0000'])('says that %j is not JSON', (text) => {
    expect(() => readAgentFrame(text)).toThrow(badFrame(/^frame: is not JSON\.$/))
  })

  it.each(['null', '7', '"accept"', '[]', '{}', '{"type":7}', '{"type":"constructor"}', '{"type":"__proto__"}'])(
    'says that %s has no known type',
    (text) => {
      expect(() => readAgentFrame(text)).toThrow(badFrame(/^type: must be one of hello/))
    },
  )

  it('names the wrong field of a frame whose type is known', () => {
    const read = (frame: object) => () => readAgentFrame(JSON.stringify({ ...accept, ...frame }))
    expect(read({ attempt: 0 })).toThrow(badFrame(/^attempt: must be >= 1\.$/))
    expect(read({ attempt: undefined })).toThrow(badFrame(/^attempt: is missing\.$/))
    expect(read({ extra: 1 })).toThrow(badFrame(/^extra: is not a known field\.$/))
  })

  it('answers anything at all with a frame or bad_frame, nothing else', () => {
    const types = fc.constantFrom(...Object.keys(agentFrames), ...Object.keys(coordinatorFrames))
    const frame = fc.tuple(types, fc.dictionary(fc.string(), fc.jsonValue())).map(([type, rest]) => ({ ...rest, type }))
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      frame.map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(text, (sent) => {
        for (const read of [readAgentFrame, readCoordinatorFrame]) {
          try {
            expect(read(sent)).toEqual(JSON.parse(sent))
          } catch (error) {
            if (!(error instanceof MeshError)) throw error
            expect(error.code).toBe('bad_frame')
          }
        }
      }),
    )
  })
})
