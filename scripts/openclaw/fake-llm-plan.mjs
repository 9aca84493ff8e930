// Reads what the person said out of a gateway's request, and decides what the fake LLM answers.
//
// Directives inside the last user text:
//   [[delay:MS]]   wait before the first byte          [[slow:MS]]   wait between chunks
//   [[words:N]]    answer N numbered words instead      [[fail:CODE]] answer with that HTTP status
//   [[chunk:N]]    N words in one chunk (1)             [[say:TEXT]]  answer exactly TEXT
//   [[tool:NAME {"json":"args"}]]  first ask for that tool call; after its result, echo as usual
//   [[before:TEXT]]  with a tool: say TEXT before asking for the call

// What OpenClaw wraps around the words of the person: a time stamp before, a runtime line after, and
// context blocks of its own, sent as further user messages. Only the person's words are echoed.
const context = /<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>[\s\S]*?(?:<<<END_OPENCLAW_INTERNAL_CONTEXT>>>|$)/g
const stamp = /^\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d [^\]]*\] ?/
const runtime = /\n+Runtime: agent=[^\n]*\s*$/

const personWords = (text) => text.replace(context, '').replace(runtime, '').trim().replace(stamp, '')

/** Both API shapes reduce to: the last user text, and whether a tool result came after it. */
export function readTurn(body) {
  const items = itemsOf(body)
  let user = ''
  let toolResult = null
  for (const item of items) {
    if (item.role === 'user') {
      const words = personWords(textOf(item.content))
      if (words) {
        user = words
        toolResult = null
      }
    } else if (item.role === 'tool') toolResult = textOf(item.content)
    else if (item.type === 'function_call_output') toolResult = textOf(item.output)
  }
  return { user, toolResult, count: items.length }
}

function itemsOf({ messages, input }) {
  if (Array.isArray(messages)) return messages
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}

function textOf(content) {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part) => (typeof part === 'string' ? part : (part?.text ?? '')))
    .filter((text) => typeof text === 'string' && text)
    .join('\n')
}

export function planAnswer(node, { user, toolResult }) {
  const directive = (name) => new RegExp(`\\[\\[${name}:([^\\]]*)\\]\\]`).exec(user)?.[1].trim() ?? null
  const number = (name) => Math.max(0, Number(directive(name)) || 0)
  const tool = toolResult === null ? /\[\[tool:(\S+)\s*(\{.*?\})?\s*\]\]/s.exec(user) : null
  const words = Array.from({ length: number('words') }, (_, i) => `w${i + 1}`).join(' ')
  const text = tool ? (directive('before') ?? '') : (directive('say') ?? (words || `[${node}] echo: ${user}`))
  return {
    delay: number('delay'),
    slow: number('slow'),
    fail: number('fail'),
    tool: tool && { name: tool[1], args: tool[2] ?? '{}' },
    chunks: tool && !text ? [] : inChunks(text, number('chunk') || 1),
  }
}

function inChunks(text, size) {
  const words = text.match(/\s*\S+|\s+$/g) ?? ['']
  const chunks = []
  for (let i = 0; i < words.length; i += size) chunks.push(words.slice(i, i + size).join(''))
  return chunks
}

export function wait(ms, signal) {
  return new Promise((resolve) => {
    if (!ms || signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
