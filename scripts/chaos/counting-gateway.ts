/**
 * An OpenAI-compatible server as a process of its own: it writes every turn down before it answers, so that what it began
 * is known even when it is killed, and answers slowly, in pieces. `node counting-gateway.ts <port> <name> <log>`.
 */
import { randomBytes } from 'node:crypto'
import { fdatasyncSync, openSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { piecesOf, readWork, type Work } from './turns.ts'

const [port = '', name = '', file = ''] = process.argv.slice(2)
const log = openSync(file, 'a')

createServer((request, response) => {
  if (request.url === '/v1/models') json(response, 200, { object: 'list', data: [{ id: 'counting', object: 'model' }] })
  else if (request.method === 'POST' && request.url === '/v1/chat/completions') void complete(request, response)
  else json(response, 404, { error: { message: 'no such route' } })
}).listen(Number(port), '127.0.0.1', () => console.log(`counting gateway ${name} on ${port}`))

async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  try {
    for await (const part of request.setEncoding('utf8')) body += String(part)
  } catch {
    return
  }
  const { messages } = JSON.parse(body) as { messages: readonly { content: string }[] }
  const work = readWork(messages.at(-1)?.content ?? '')
  if (!work) {
    json(response, 400, { error: { message: 'the last message is no work of the load' } })
    return
  }
  await answer(response, work, begin(work))
}

/** On disk before a byte is answered. */
function begin({ marker }: Work): string {
  const turn = randomBytes(6).toString('hex')
  writeSync(log, `${JSON.stringify({ marker, turn, node: name })}\n`)
  fdatasyncSync(log)
  return turn
}

async function answer(response: ServerResponse, work: Work, turn: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  const say = (choice: object): void =>
    void response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [choice] })}\n\n`)
  for (const content of piecesOf(work, turn)) {
    await wait(work.every_ms)
    if (response.destroyed) return
    say({ index: 0, delta: { content } })
  }
  say({ index: 0, delta: {}, finish_reason: 'stop' })
  response.end('data: [DONE]\n\n')
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
