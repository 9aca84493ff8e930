// Writes a planned answer in the two shapes of the OpenAI API, streamed and whole.
import { wait } from './fake-llm-plan.mjs'

let serial = 0

export function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const waitForAll = (plan, signal) => wait(plan.slow * plan.chunks.length, signal)

export async function answerChat(body, plan, response, signal) {
  const id = `chatcmpl-fake-${++serial}`
  const created = Math.floor(Date.now() / 1000)
  const text = plan.chunks.join('')
  const usage = {
    prompt_tokens: 10,
    completion_tokens: plan.chunks.length,
    total_tokens: 10 + plan.chunks.length,
  }
  const call = plan.tool && {
    id: `call_fake_${serial}`,
    type: 'function',
    function: { name: plan.tool.name, arguments: plan.tool.args },
  }
  const finish = call ? 'tool_calls' : 'stop'
  if (!body.stream) {
    await waitForAll(plan, signal)
    const message = { role: 'assistant', content: call && !text ? null : text, ...(call ? { tool_calls: [call] } : {}) }
    return sendJson(response, 200, {
      id,
      object: 'chat.completion',
      created,
      model: body.model,
      choices: [{ index: 0, message, finish_reason: finish }],
      usage,
    })
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const head = { id, object: 'chat.completion.chunk', created, model: body.model }
  const send = (value) => response.write(`data: ${JSON.stringify({ ...head, ...value })}\n\n`)
  const choose = (delta, reason = null) => send({ choices: [{ index: 0, delta, finish_reason: reason }] })
  choose({ role: 'assistant', content: '' })
  for (const content of plan.chunks) {
    if (signal.aborted) return
    choose({ content })
    await wait(plan.slow, signal)
  }
  if (call) choose({ tool_calls: [{ index: 0, ...call }] })
  choose({}, finish)
  if (body.stream_options?.include_usage) send({ choices: [], usage })
  response.end('data: [DONE]\n\n')
}

export async function answerResponses(body, plan, response, signal) {
  const id = `resp_fake_${++serial}`
  const text = plan.chunks.join('')
  const usage = {
    input_tokens: 10,
    output_tokens: plan.chunks.length,
    total_tokens: 10 + plan.chunks.length,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  }
  const item = plan.tool ? toolItem(plan.tool) : textItem(text)
  const whole = {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model: body.model,
    status: 'completed',
    output: [item],
    usage,
  }
  if (!body.stream) {
    await waitForAll(plan, signal)
    return sendJson(response, 200, whole)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  let number = 0
  const send = (type, data) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...data })}\n\n`)
  const at = { item_id: item.id, output_index: 0 }
  send('response.created', { response: { ...whole, status: 'in_progress', output: [], usage: null } })
  if (plan.tool) {
    send('response.output_item.added', { output_index: 0, item: { ...item, arguments: '', status: 'in_progress' } })
    send('response.function_call_arguments.delta', { ...at, delta: item.arguments })
    send('response.function_call_arguments.done', { ...at, arguments: item.arguments })
  } else {
    const part = { type: 'output_text', text: '', annotations: [] }
    const place = { ...at, content_index: 0 }
    send('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } })
    send('response.content_part.added', { ...place, part })
    for (const delta of plan.chunks) {
      if (signal.aborted) return
      send('response.output_text.delta', { ...place, delta })
      await wait(plan.slow, signal)
    }
    send('response.output_text.done', { ...place, text })
    send('response.content_part.done', { ...place, part: { ...part, text } })
  }
  send('response.output_item.done', { output_index: 0, item })
  send('response.completed', { response: whole })
  response.end()
}

const toolItem = ({ name, args }) => ({
  type: 'function_call',
  id: `fc_fake_${serial}`,
  call_id: `call_fake_${serial}`,
  name,
  arguments: args,
  status: 'completed',
})

const textItem = (text) => ({
  type: 'message',
  id: `msg_fake_${serial}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
