/** Shapes of what we read from an OpenClaw gateway (WebSocket protocol 4); everything else in its frames is ignored. */
import { type Static, Type } from 'typebox'

const text = Type.Optional(Type.String())
const count = Type.Integer({ minimum: 0 })

export const ErrorShape = Type.Object({
  code: Type.String(),
  message: Type.String(),
  retryable: Type.Optional(Type.Boolean()),
  retryAfterMs: Type.Optional(Type.Number()),
  details: Type.Optional(Type.Unknown()),
})
export type ErrorShape = Static<typeof ErrorShape>
export const ErrorDetails = Type.Object({ code: text, reason: text })

export const ResponseFrame = Type.Object({
  type: Type.Literal('res'),
  id: Type.String(),
  ok: Type.Boolean(),
  payload: Type.Optional(Type.Unknown()),
  error: Type.Optional(ErrorShape),
})
export type ResponseFrame = Static<typeof ResponseFrame>

export const EventFrame = Type.Object({
  type: Type.Literal('event'),
  event: Type.String(),
  payload: Type.Optional(Type.Unknown()),
})
export type EventFrame = Static<typeof EventFrame>

export const Hello = Type.Object({
  type: Type.Literal('hello-ok'),
  protocol: Type.Literal(4),
  server: Type.Object({ version: Type.String({ maxLength: 64 }), bootId: text }),
})
export type Hello = Static<typeof Hello>

/** Any payload that belongs to a run. */
export const RunPayload = Type.Object({ runId: Type.String() })

export const Failure = Type.Object({ failoverReason: text, providerRuntimeFailureKind: text, provider: text })
export type Failure = Static<typeof Failure>

/** Event `chat`: the answer as a chat window would show it. `message` holds the whole text so far. */
export const ChatEvent = Type.Object({
  runId: Type.String(),
  state: Type.String(),
  deltaText: text,
  message: Type.Optional(Type.Object({ content: Type.Unknown() })),
  errorMessage: text,
  errorKind: text,
  errorDetail: Type.Optional(Failure),
})
export type ChatEvent = Static<typeof ChatEvent>

/** Event `agent`: lifecycle and tools of a run. */
export const AgentEvent = Type.Object({
  runId: Type.String(),
  stream: Type.String(),
  data: Type.Object({ phase: text, name: text }),
})
export type AgentEvent = Static<typeof AgentEvent>

const nullableText = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const tokens = Type.Optional(count)

/** A response to `agent`: first `accepted`, then the end of the run. */
export const RunReply = Type.Object({
  status: Type.String(),
  summary: text,
  stopReason: text,
  timeoutPhase: text,
  result: Type.Optional(
    Type.Object({
      payloads: Type.Optional(Type.Array(Type.Object({ text: nullableText, isError: Type.Optional(Type.Boolean()) }))),
      meta: Type.Optional(
        Type.Object({
          agentMeta: Type.Optional(
            Type.Object({ usage: Type.Optional(Type.Object({ input: tokens, output: tokens })) }),
          ),
        }),
      ),
    }),
  ),
})
export type RunReply = Static<typeof RunReply>

/** `agent.wait`. Without `endedAt` a `timeout` means still running, or never heard of. */
export const WaitReply = Type.Object({
  status: Type.String(),
  endedAt: Type.Optional(Type.Number()),
  error: text,
  stopReason: text,
  timeoutPhase: text,
  terminalReply: Type.Optional(Type.Object({ text })),
})
export type WaitReply = Static<typeof WaitReply>

export const AbortReply = Type.Object({ ok: Type.Boolean(), status: Type.String() })

const Entry = Type.Object({
  role: Type.String(),
  content: Type.Optional(Type.Unknown()),
  stopReason: nullableText,
  idempotencyKey: text,
  openclawAbort: Type.Optional(Type.Unknown()),
  __openclaw: Type.Optional(Type.Object({ id: text, runId: text, truncated: Type.Optional(Type.Boolean()) })),
})
export type HistoryEntry = Static<typeof Entry>

export const HistoryReply = Type.Object({
  messages: Type.Array(Entry),
  sessionInfo: Type.Optional(Type.Object({ status: nullableText, hasActiveRun: Type.Optional(Type.Boolean()) })),
})
export type HistoryReply = Static<typeof HistoryReply>

export const MessageReply = Type.Object({
  ok: Type.Boolean(),
  message: Type.Optional(
    Type.Object({
      content: Type.Unknown(),
      __openclaw: Type.Optional(Type.Object({ truncated: Type.Optional(Type.Boolean()) })),
    }),
  ),
})

export const LanesReply = Type.Object({
  lanes: Type.Array(Type.Object({ lane: Type.String(), activeCount: count, queuedCount: count, maxConcurrent: count })),
  /** Null until the gateway has run its first turn. */
  dynamic: Type.Union([Type.Object({ queuedCount: count }), Type.Null()]),
})
export type LanesReply = Static<typeof LanesReply>

const names = Type.Optional(Type.Array(Type.String()))
export const SkillsReply = Type.Object({
  skills: Type.Array(
    Type.Object({
      name: Type.String(),
      description: text,
      bundled: Type.Optional(Type.Boolean()),
      eligible: Type.Optional(Type.Boolean()),
      disabled: Type.Optional(Type.Boolean()),
      blockedByAllowlist: Type.Optional(Type.Boolean()),
      requirements: Type.Optional(Type.Object({ bins: names, anyBins: names, env: names, config: names, os: names })),
    }),
    { maxItems: 10_000 },
  ),
})
export type SkillsReply = Static<typeof SkillsReply>

/** Text of a message's content: a string, or parts of which the `text` ones count. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return (content as unknown[])
    .map((part) =>
      typeof part === 'object' && part !== null && 'type' in part && part.type === 'text' && 'text' in part
        ? part.text
        : '',
    )
    .filter((piece): piece is string => typeof piece === 'string' && piece !== '')
    .join('')
}
