// Processes, persistence and custom schemes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { fileURLToPath } from 'node:url'
import { WebSocketServer } from 'ws'
import { type Page } from 'playwright-core'
import { eventually } from '../../desktop.ts'
import { processesNaming } from '../../processes.ts'
import { executable, launch, onTestRuntime, type App } from '../../launch.ts'

const MAIN = fileURLToPath(new URL('./fixture-esm', import.meta.url))
const electron = executable()
describe('processes and schemes', () => {
  const userData = fs.mkdtempSync(path.join(os.tmpdir(), 'eoc-process-'))
  let app: App
  let page: Page
  beforeAll(async () => {
    app = await launch({ main: MAIN, userData })
    page = await app.firstWindow()
  })
  afterAll(async () => {
    await app.close()
    fs.rmSync(userData, { recursive: true, force: true })
  })

  it('gives ESM and CommonJS one module', async () => {
    assert.deepEqual(await app.evaluate(() => (globalThis as any).same), [true, true, true])
  })
  it('runs forked children and ELECTRON_RUN_AS_NODE as plain Node', async () => {
    const child = await app.evaluate(() => (globalThis as any).forkNode())
    if (onTestRuntime) assert.deepEqual(child, [null, null, '1'])
    const r = spawnSync(electron, ['-p', '1 + 1'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      encoding: 'utf8',
    })
    assert.equal(r.stdout.trim(), '2')
    assert.equal(spawnSync(electron, ['--version'], { encoding: 'utf8' }).stdout.trim(), 'v45.4.1')
  })
  it('keeps the origin of a custom scheme', async () => {
    const r = await page.evaluate(async () => {
      const post = await (
        await fetch('app://host/post', { method: 'POST', body: 'ü{}', headers: { 'content-type': 'text/x' } })
      ).json()
      const to = await fetch('/redirect')
      const boom = await fetch('/boom').then(
        () => 'answered',
        () => 'failed',
      )
      localStorage.setItem('kept', 'yes')
      return {
        post,
        to: to.url,
        text: (await to.text()).includes('app://host/target'),
        boom,
        href: location.href,
        origin: location.origin,
        base: document.baseURI,
        header: (await fetch('/x')).headers.get('x-url'),
        referrer: document.referrer,
      }
    })
    assert.deepEqual(r, {
      post: { body: 'ü{}', method: 'POST', type: 'text/x', origin: onTestRuntime ? 'app://host' : r.post.origin },
      to: 'app://host/target',
      text: true,
      boom: 'failed',
      href: 'app://host/index.html',
      origin: 'app://host',
      base: 'app://host/',
      header: 'app://host/x',
      referrer: '',
    })
    const s = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0].webContents.executeJavaScript('[location.href, new URL("/a", location).href]'),
    )
    assert.deepEqual(s, ['app://host/index.html', 'app://host/a'])
  })
  it('reaches servers on the loopback address from a custom scheme', async () => {
    const server = http.createServer((_q, s) => s.setHeader('access-control-allow-origin', '*').end('hello'))
    const wss = new WebSocketServer({ server })
    let origin: string | undefined
    wss.on('connection', (ws, q) => {
      origin = q.headers.origin
      ws.send('welcome')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const port = (server.address() as any).port
    const r = await page.evaluate(
      (port) =>
        Promise.all([
          fetch(`http://127.0.0.1:${port}/`).then((x) => x.text(), String),
          new Promise((resolve) => {
            const w = new WebSocket(`ws://127.0.0.1:${port}/`)
            w.onmessage = (e) => resolve(e.data)
            w.onerror = () => resolve('error')
          }),
        ]),
      port,
    )
    wss.close()
    server.close()
    for (const c of wss.clients) c.terminate()
    server.closeAllConnections()
    assert.deepEqual(r, ['hello', 'welcome'])
    if (onTestRuntime) assert.equal(origin, 'https://host.app.eoc.invalid') // known: a server sees the inner origin
  })
  it('hands the command line of a second process over', async () => {
    const r = await app.second('mesh://from-the-second')
    assert.equal(r.code, 7)
    const seen = await eventually(
      () => app.evaluate(() => (globalThis as any).second),
      (v) => !!v,
    )
    assert.deepEqual([seen[0], seen[2]], ['mesh://from-the-second', { from: 'fixture' }])
  })
  it('survives an error of the main process', async () => {
    await app.evaluate(
      () =>
        void setTimeout(() => {
          throw new Error('uncaught on purpose')
        }, 0),
    )
    await new Promise((r) => setTimeout(r, 100))
    assert.equal(await app.evaluate(({ app }) => app.isReady()), true)
  })
  it('records a trace of Playwright', async () => {
    const file = path.join(userData, 'trace.zip')
    await app.context().tracing.start({ screenshots: true, snapshots: true })
    await page.reload()
    await page.locator('p').click()
    await app.context().tracing.stop({ path: file })
    assert.ok(fs.statSync(file).size > 1000)
  })
  it('keeps storage between runs and frees the lock', async () => {
    await app.close()
    assert.equal(processesNaming(userData).length, 0)
    app = await launch({ main: MAIN, userData })
    page = await app.firstWindow()
    assert.equal(await page.evaluate(() => localStorage.getItem('kept')), 'yes')
  })
  it('leaves nothing behind when it is killed, and starts again', async () => {
    app.process().kill('SIGKILL')
    await eventually(
      async () => processesNaming(userData).length,
      (n) => n === 0,
    )
    app = await launch({ main: MAIN, userData })
    page = await app.firstWindow()
    assert.equal(page.url(), 'app://host/index.html')
  })
})
