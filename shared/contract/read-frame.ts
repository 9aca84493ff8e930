/** Turns what came over a socket into one frame of a known type, or a `bad_frame` that names the field. */
import type { TSchema } from 'typebox'
import { check } from './check.ts'
import { MeshError } from './error.ts'
import { type AgentFrame, agentFrames, type CoordinatorFrame, coordinatorFrames } from './link.ts'

export const readAgentFrame = (text: string): AgentFrame => readFrame(agentFrames, text) as AgentFrame
export const readCoordinatorFrame = (text: string): CoordinatorFrame =>
  readFrame(coordinatorFrames, text) as CoordinatorFrame

function readFrame(schemas: Record<string, TSchema>, text: string): unknown {
  const value = parse(text)
  const type: unknown = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type)) {
    throw new MeshError('bad_frame', `type: must be one of ${Object.keys(schemas).join(', ')}.`, {
      hint: 'The other side runs another version of claw-mesh; update both to the same one.',
    })
  }
  // Checked against the one schema its type names: a union would complain about every other type.
  return check(schemas[type] as TSchema, value, { what: `${type} frame`, code: 'bad_frame' })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MeshError('bad_frame', 'frame: is not JSON.', { cause })
  }
}
