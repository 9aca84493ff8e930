/** What a machine can do, as its agent reports it. Names of os and arch are Go's, as in the seed. */
import { type Static, Type } from 'typebox'

export const Os = Type.Enum(['darwin', 'linux', 'windows', 'freebsd', 'other'])
export type Os = Static<typeof Os>
export const Arch = Type.Enum(['amd64', 'arm64', 'arm', '386', 'riscv64', 'other'])
export type Arch = Static<typeof Arch>

const word = Type.String({ minLength: 1, maxLength: 128 })

export const Gpu = Type.Object(
  { name: Type.String({ maxLength: 200 }), vram_gb: Type.Number({ minimum: 0, maximum: 100_000 }) },
  { additionalProperties: false },
)
export type Gpu = Static<typeof Gpu>

export const SkillDetail = Type.Object(
  {
    name: word,
    description: Type.String({ maxLength: 2_000 }),
    bundled: Type.Boolean(),
    /** Programs, systems or settings the skill asks for; empty for plain advice. */
    requires: Type.Array(word, { maxItems: 64 }),
  },
  { additionalProperties: false },
)
export type SkillDetail = Static<typeof SkillDetail>

export const Capabilities = Type.Object(
  {
    os: Os,
    arch: Arch,
    gpu: Type.Boolean(),
    gpus: Type.Array(Gpu, { maxItems: 32 }),
    memory_gb: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    tags: Type.Array(word, { maxItems: 64 }),
    tools: Type.Array(word, { maxItems: 256 }),
    /** Names of skills that are eligible to run there. */
    skills: Type.Array(word, { maxItems: 1_000 }),
    skill_details: Type.Array(SkillDetail, { maxItems: 1_000 }),
  },
  { additionalProperties: false },
)
export type Capabilities = Static<typeof Capabilities>
