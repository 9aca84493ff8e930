/** The model server that all systems of the bench stand in front of: always the same answer, at once, whole or streamed. */
import { createServer } from 'node:http'
import { answerText } from './answer.ts'

const made = { id: 'chatcmpl-bench', created: 1_750_000_000, model: 'bench' }
const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }
const whole = JSON.stringify({
  ...made,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: answerText }, finish_reason: 'stop' }],
  usage,
})
const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...made, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const streamed = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: answerText }),
  chunk({}, 'stop'),
  `data: ${JSON.stringify({ ...made, object: 'chat.completion.chunk', choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
].join('')
const models = JSON.stringify({
  object: 'list',
  data: [{ id: 'bench', object: 'model', created: 0, owned_by: 'bench' }],
})

const server = createServer((request, response) => {
  let asked = ''
  request.setEncoding('utf8')
  request.on('data', (text: string) => (asked += text))
  request.on('end', () => {
    const streaming = asked.includes('"stream":true')
    const body = request.method === 'GET' ? models : streaming ? streamed : whole
    response.writeHead(200, {
      'content-type': streaming ? 'text/event-stream' : 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`port ${typeof address === 'object' ? address?.port : ''}`)
})
