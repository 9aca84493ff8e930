/** What a message needs of the node that answers it. Several requirements must all hold. */
import { type Static, Type } from 'typebox'
import { Arch, Os } from './capabilities.ts'

const name = Type.String({ minLength: 1, maxLength: 128 })
const names = Type.Union([name, Type.Array(name, { minItems: 1, maxItems: 16 })])

export const Requirements = Type.Object(
  {
    /** Node id, or name in any case. */
    node: Type.Optional(name),
    os: Type.Optional(Os),
    arch: Type.Optional(Arch),
    /** Only `true` asks for something. */
    gpu: Type.Optional(Type.Boolean()),
    /** At least this much memory on one GPU. */
    vram_gb: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000 })),
    memory_gb: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
    skill: Type.Optional(names),
    tool: Type.Optional(names),
    tag: Type.Optional(names),
  },
  { additionalProperties: false },
)
export type Requirements = Static<typeof Requirements>
export type RequirementName = keyof Requirements
