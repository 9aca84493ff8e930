/** Reads a chat completion request as a message to the mesh, and refuses by name what the mesh cannot honour. */
import type { IncomingHttpHeaders } from 'node:http'
import { check } from '../../../../contract/check.ts'
import { MeshError } from '../../../../contract/error.ts'
import type { ContextTurn, SendMessage } from '../../../../contract/message.ts'
import { autoModel, ChatCompletionRequest, type ChatMessage, nodeModelPrefix } from '../../../../contract/openai.ts'

export interface Chat {
  readonly input: SendMessage
  /** Node id or name; undefined lets the mesh decide. */
  readonly to: string | undefined
  readonly context: readonly ContextTurn[]
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  /** The client says that it sent this before. */
  readonly isRetry: boolean
}

export function readChat(body: unknown, headers: IncomingHttpHeaders): Chat {
  const request = check(ChatCompletionRequest, body, { what: 'body' })
  refuseUnsupported(request)
  const turns = request.messages.map(readTurn)
  const last = turns.at(-1)
  if (last?.role !== 'user' || last.text === '') {
    throw new MeshError('invalid_input', 'messages: the last one must be a user message with text.', {
      hint: 'Put the question last.',
      details: { field: 'messages' },
    })
  }
  const conversation = text(headers, 'x-openclaw-session-key') ?? request.user
  const key = text(headers, 'idempotency-key')
  return {
    input: {
      content: last.text,
      source: 'openai',
      ...(conversation === undefined ? {} : { conversation }),
      ...(key === undefined ? {} : { idempotency_key: key }),
    },
    to: readModel(request.model),
    // A conversation remembers its own past.
    context: conversation === undefined ? turns.slice(0, -1).filter((turn) => turn.text !== '') : [],
    model: request.model,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
    isRetry: Number(headers['x-stainless-retry-count'] ?? 0) >= 1,
  }
}

/** The node a model's name asks for. Throws `node_not_found` for a model of somebody else. */
export function readModel(model: string): string | undefined {
  if (model === autoModel) return undefined
  const node = model.startsWith(nodeModelPrefix) ? model.slice(nodeModelPrefix.length) : ''
  if (node !== '') return node
  throw new MeshError('node_not_found', `model: there is no model "${model.slice(0, 64)}" here.`, {
    hint: `Use "${autoModel}", or "${nodeModelPrefix}<node>"; GET /v1/models lists them.`,
    details: { field: 'model' },
  })
}

/** What changes the answer's form must not be dropped in silence; what only tunes a model (`temperature`) may. */
function refuseUnsupported(request: Record<string, unknown>): void {
  const filled = (value: unknown): boolean => Array.isArray(value) && value.length > 0
  const n = request['n']
  if (filled(request['tools'])) throw unsupported('tools', 'an assistant uses its own tools on its own node')
  if (filled(request['functions'])) throw unsupported('functions', 'an assistant uses its own tools on its own node')
  if (typeof n === 'number' && n !== 1) throw unsupported('n', 'a message has one answer')
  if (request['logprobs'] === true) throw unsupported('logprobs', 'gateways do not report them')
  const format = request['response_format']
  const type: unknown = typeof format === 'object' && format !== null && 'type' in format ? format.type : 'text'
  if (type !== 'text') throw unsupported('response_format', 'answers are text')
  const modalities = request['modalities']
  if (Array.isArray(modalities) && modalities.some((name) => name !== 'text')) {
    throw unsupported('modalities', 'answers are text')
  }
}

function readTurn({ role, content }: ChatMessage, index: number): ContextTurn {
  const field = `messages.${index}`
  if (role === 'tool' || role === 'function') {
    throw unsupported(`${field}.role`, 'an assistant uses its own tools on its own node')
  }
  return { role: role === 'developer' ? 'system' : role, text: readContent(content, field) }
}

function readContent(content: ChatMessage['content'], field: string): string {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  const parts = content.map((part, index) => {
    if (part.type !== 'text') throw unsupported(`${field}.content.${index}`, `parts of type text are taken`)
    if ('text' in part) return part.text
    throw new MeshError('invalid_input', `${field}.content.${index}.text: is missing.`, {
      details: { field: `${field}.content.${index}.text` },
    })
  })
  return parts.join('\n')
}

function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string' && value.length <= 256) return value
  throw new MeshError('invalid_input', `${name}: must have at most 256 characters.`, { details: { field: name } })
}

const unsupported = (field: string, why: string): MeshError =>
  new MeshError('unsupported_feature', `${field}: is not supported; ${why}.`, {
    hint: `Leave "${field}" out.`,
    details: { field },
  })
