#!/usr/bin/env node
// Proves the harness: starts two real gateways, sends each a chat completion with and without
// streaming, aborts one, breaks and restarts one, and stops them all. Takes about a minute.
//
//   node smoke.mjs [--base-port P]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'

const i = process.argv.indexOf('--base-port')
const basePort = i > 0 ? process.argv[i + 1] : '0'
const script = fileURLToPath(new URL('./start-gateway.mjs', import.meta.url))
const child = spawn(process.execPath, [script, '--count', '2', '--base-port', basePort], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exited = once(child, 'exit')
let failed = 0
const check = (label, ok, extra = '') => {
  if (!ok) failed++
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${label} ${extra}`)
}
async function eventually(fits) {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    if (await fits()) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

try {
  const lines = readline.createInterface({ input: child.stdout })
  const first = await Promise.race([
    once(lines, 'line'),
    exited.then(() => {
      throw new Error('the harness ended early')
    }),
  ])
  const h = JSON.parse(first[0])
  const chat = (g, content, extra = {}, signal) =>
    fetch(`${g.url}/v1/chat/completions`, {
      method: 'POST',
      signal,
      headers: { authorization: `Bearer ${g.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content }], ...extra }),
    })
  const stats = async () => (await (await fetch(h.llm.stats)).json()).nodes
  const text = (sse) =>
    sse
      .split('\n\n')
      .filter((l) => l.startsWith('data: {'))
      .map((l) => JSON.parse(l.slice(6)).choices?.[0]?.delta?.content ?? '')
      .join('')

  for (const g of h.gateways) {
    const t0 = Date.now()
    const r = await chat(g, 'hello there')
    const said = r.status === 200 ? (await r.json()).choices[0].message.content : await r.text()
    check(
      `${g.name} answers`,
      said === `[${g.name}] echo: hello there`,
      `(${Date.now() - t0} ms, started in ${g.startMs} ms, ${g.rssMb} MB at start)`,
    )
    const t1 = Date.now()
    const s = await chat(g, 'tell me [[words:5]] [[slow:50]]', { stream: true })
    const sse = await s.text()
    check(
      `${g.name} streams`,
      /event-stream/.test(s.headers.get('content-type')) &&
        text(sse) === 'w1 w2 w3 w4 w5' &&
        sse.trimEnd().endsWith('data: [DONE]'),
      `(${Date.now() - t1} ms)`,
    )
  }
  const [a, b] = h.gateways
  check('a wrong token is refused', (await chat({ ...a, token: 'wrong' }, 'x')).status === 401)

  const gone = new AbortController()
  const long = chat(b, 'on and on [[words:300]] [[slow:100]]', { stream: true }, gone.signal)
    .then((r) => r.text())
    .catch((e) => e.name)
  await eventually(async () => (await stats())[b.name].active === 1)
  gone.abort()
  check('leaving ends the run', (await long) === 'AbortError')
  check(
    'the LLM call was dropped too',
    await eventually(async () => (await stats())[b.name].aborted === 1),
    JSON.stringify((await stats())[b.name]),
  )

  await fetch(`${h.control}/kill/${a.name}`, { method: 'POST' })
  check(`${a.name} is down`, (await chat(a, 'x').catch((e) => e.cause?.code)) === 'ECONNREFUSED')
  check(`${b.name} still answers`, (await chat(b, 'still here')).status === 200)
  const up = await (await fetch(`${h.control}/start/${a.name}`, { method: 'POST' })).json()
  check(`${a.name} is back`, up.state === 'ready' && (await chat(a, 'back')).status === 200, `(${up.startMs} ms)`)
  const now = await (await fetch(h.control)).json()
  console.log('pids', now.gateways.map((g) => `${g.name}=${g.pid}`).join(' '))
} catch (e) {
  check('no surprise', false, e.stack)
} finally {
  const t = Date.now()
  child.kill('SIGTERM')
  const [code] = await exited
  check('stops on SIGTERM', code === 0, `(${Date.now() - t} ms)`)
}
process.exit(failed ? 1 : 0)
