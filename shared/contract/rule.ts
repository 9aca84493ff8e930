/** A user's routing rule. Only the shape is here; rules are applied by the routing engine. */
import { type Static, Type } from 'typebox'
import { OnFailure, OnInterrupt } from './message.ts'
import { Requirements } from './requirement.ts'

const weights = Type.Record(Type.String({ maxLength: 128 }), Type.Number({ minimum: -100, maximum: 100 }))

export const Rule = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    when: Type.Optional(Type.String({ maxLength: 4_000 })),
    requires: Type.Optional(Requirements),
    prefers: Type.Optional(weights),
    avoids: Type.Optional(weights),
    target: Type.Optional(Type.String({ maxLength: 128 })),
    strategy: Type.Optional(Type.Enum(['least-busy', 'round-robin', 'latency'])),
    on_failure: Type.Optional(OnFailure),
    on_interrupt: Type.Optional(OnInterrupt),
    timeout_s: Type.Optional(Type.Integer({ minimum: 1 })),
    max_wait_s: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type Rule = Static<typeof Rule>
