#!/usr/bin/env node
// A stand-in for a hosted LLM, for tests: OpenAI-compatible, plain Node, loopback only.
//
// One server can play the provider of many gateways: the first path segment is the node name.
//   base URL for a gateway:  http://127.0.0.1:<port>/<node>/v1
//   POST <base>/chat/completions   stream and non-stream
//   POST <base>/responses          stream and non-stream
//   GET  <base>/models
//   GET  /_fake/stats              { nodes: { <node>: { active, total, finished, aborted, failed } } }
//   GET  /_fake/requests[?node=x]  the last requests, oldest first: what the gateway really sent
//   POST /_fake/reset              forgets counters and requests
//
// The answer is "[<node>] echo: <last user text>"; directives in that text steer it: see fake-llm-plan.mjs.
//
// Usage: node fake-llm.mjs [--port N] [--host 127.0.0.1] [--verbose]; prints one JSON line {url, port, pid}.
import http from 'node:http'
import { pathToFileURL } from 'node:url'
import { answerChat, answerResponses, sendJson } from './fake-llm-answers.mjs'
import { planAnswer, readTurn, wait } from './fake-llm-plan.mjs'

const kept = 200

export function createFakeLlm({ log = () => {} } = {}) {
  const nodes = new Map()
  let requests = []
  const statOf = (node) => {
    if (!nodes.has(node)) nodes.set(node, { active: 0, total: 0, finished: 0, aborted: 0, failed: 0 })
    return nodes.get(node)
  }

  function control(url, response) {
    const topic = url.pathname.split('/')[2]
    if (topic === 'reset') {
      nodes.clear()
      requests = []
      return sendJson(response, 200, { ok: true })
    }
    if (topic === 'requests') {
      const only = url.searchParams.get('node')
      return sendJson(response, 200, { requests: requests.filter(({ node }) => !only || node === only) })
    }
    return sendJson(response, 200, { ok: true, nodes: Object.fromEntries(nodes) })
  }

  /** Counts the call and says when the caller has gone. */
  function track(node, path, response) {
    const gone = new AbortController()
    const stat = statOf(node)
    stat.total++
    stat.active++
    response.on('close', () => {
      stat.active--
      if (!response.writableFinished) {
        stat.aborted++
        gone.abort()
      } else if (response.statusCode < 400) stat.finished++
      else stat.failed++
      log({ event: response.writableFinished ? 'done' : 'aborted', node, path, status: response.statusCode })
    })
    return gone.signal
  }

  async function complete(node, op, path, request, response) {
    const body = await readJson(request)
    if (body === undefined) return refuse(response, 400, 'body is not JSON')
    const turn = readTurn(body)
    const plan = planAnswer(node, turn)
    requests.push({
      at: new Date().toISOString(),
      node,
      path,
      headers: request.headers,
      user: turn.user,
      messages: turn.count,
      body,
    })
    if (requests.length > kept) requests.shift()
    log({ event: 'request', node, path, stream: Boolean(body.stream), user: turn.user.slice(0, 200) })
    const signal = track(node, path, response)
    await wait(plan.delay, signal)
    if (signal.aborted) return
    if (plan.fail) {
      const type = plan.fail === 429 ? 'rate_limit_error' : 'server_error'
      return sendJson(response, plan.fail, { error: { message: `fake-llm: told to fail with ${plan.fail}`, type } })
    }
    await (op === 'responses' ? answerResponses : answerChat)(body, plan, response, signal)
  }

  return http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://fake')
    const [node, version, ...rest] = url.pathname.split('/').filter(Boolean)
    const op = rest.join('/')
    try {
      if (node === '_fake') return control(url, response)
      if (version !== 'v1') return refuse(response, 404, `no route ${url.pathname}`)
      if (request.method === 'GET' && op === 'models') {
        const model = { id: 'echo', object: 'model', created: 0, owned_by: 'fake' }
        return sendJson(response, 200, { object: 'list', data: [model] })
      }
      if (request.method !== 'POST' || (op !== 'chat/completions' && op !== 'responses')) {
        return refuse(response, 404, `no route ${request.method} ${url.pathname}`)
      }
      await complete(node, op, url.pathname, request, response)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: { message: String(error), type: 'server_error' } })
    }
  })
}

function refuse(response, status, message) {
  sendJson(response, status, { error: { message: `fake-llm: ${message}`, type: 'invalid_request_error' } })
}

async function readJson(request) {
  const parts = []
  for await (const part of request) parts.push(part)
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    return undefined
  }
}

export function listen(server, { port = 0, host = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      resolve({ url: `http://${host}:${address.port}`, port: address.port })
    })
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(`--${name}`)
    return at > 0 ? process.argv[at + 1] : otherwise
  }
  const verbose = process.argv.includes('--verbose')
  const server = createFakeLlm({
    log: verbose ? (event) => process.stderr.write(`${JSON.stringify(event)}\n`) : undefined,
  })
  const { url, port } = await listen(server, { port: Number(option('port', 0)), host: option('host', '127.0.0.1') })
  process.stdout.write(`${JSON.stringify({ url, port, pid: process.pid })}\n`)
  const stop = () => {
    server.closeAllConnections?.()
    server.close(() => process.exit(0))
    setTimeout(() => process.exit(0), 500).unref()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
