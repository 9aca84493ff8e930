/** The settings file (YAML, hand-editable), one schema per key; a bad key falls back alone, with a warning. */
import { type Static, Type } from 'typebox'
import { defaultPort } from './limits.ts'
import { OnFailure, OnInterrupt } from './message.ts'
import { AdapterName, NodeName } from './node.ts'

const closed = { additionalProperties: false }

export const Settings = Type.Object(
  {
    coordinator: Type.Object(
      {
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
        /** Join the gateway of this machine too when the coordinator starts. */
        local_node: Type.Boolean(),
        retention_days: Type.Integer({ minimum: 1, maximum: 3_650 }),
        /** For messages of which no rule says otherwise. */
        on_interrupt: OnInterrupt,
        on_failure: OnFailure,
      },
      closed,
    ),
    node: Type.Object(
      {
        /** Empty: the machine's host name. */
        name: Type.Union([Type.Literal(''), NodeName]),
        tags: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 64 }),
      },
      closed,
    ),
    gateway: Type.Object(
      {
        /** `auto` finds OpenClaw on this machine; `demo` has to be asked for. */
        adapter: Type.Union([Type.Literal('auto'), AdapterName]),
        /** For `openai`: base URL that ends in /v1. For `openclaw-rpc`: ws URL; empty finds it. */
        url: Type.String({ maxLength: 2_048 }),
        /** For `openai`: which model to ask for. */
        model: Type.String({ maxLength: 256 }),
        /** OpenClaw agent that answers. */
        agent: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' }),
        /** Turns at once, for gateways that do not say. */
        slots: Type.Integer({ minimum: 1, maximum: 1_000 }),
      },
      closed,
    ),
    language: Type.Enum(['system', 'en', 'zh-CN']),
  },
  closed,
)
export type Settings = Static<typeof Settings>

export const defaultSettings: Settings = {
  coordinator: { port: defaultPort, local_node: true, retention_days: 30, on_interrupt: 'ask', on_failure: 'next' },
  node: { name: '', tags: [] },
  gateway: { adapter: 'auto', url: '', model: '', agent: 'main', slots: 4 },
  language: 'system',
}
