/** The part of OpenAI's chat completions API that the mesh serves under `/v1`. Unknown fields are allowed there: clients send many. */
import { type Static, Type } from 'typebox'

const textPart = Type.Object({ type: Type.Literal('text'), text: Type.String() })
const otherPart = Type.Object({ type: Type.String() })

export const ChatMessage = Type.Object({
  role: Type.Enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Type.Optional(Type.Union([Type.String(), Type.Array(Type.Union([textPart, otherPart])), Type.Null()])),
})
export type ChatMessage = Static<typeof ChatMessage>

export const ChatCompletionRequest = Type.Object({
  model: Type.String({ minLength: 1, maxLength: 256 }),
  messages: Type.Array(ChatMessage, { minItems: 1, maxItems: 2_000 }),
  stream: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  stream_options: Type.Optional(
    Type.Union([Type.Object({ include_usage: Type.Optional(Type.Boolean()) }), Type.Null()]),
  ),
  user: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  tools: Type.Optional(Type.Array(Type.Unknown())),
  n: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
})
export type ChatCompletionRequest = Static<typeof ChatCompletionRequest>

/** `model`: the mesh decides, or one node (by id or name) is asked. */
export const autoModel = 'claw-mesh'
export const nodeModelPrefix = 'claw-mesh/'
