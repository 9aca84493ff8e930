import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { doorBench } from '../../../../testing/door-bench.ts'

let webRoot: string
beforeEach(async () => {
  webRoot = await mkdtemp(path.join(tmpdir(), 'claw-mesh-web-'))
  await mkdir(path.join(webRoot, 'assets'))
  await writeFile(path.join(webRoot, 'index.html'), '<!doctype html><title>claw-mesh</title>')
  await writeFile(path.join(webRoot, 'assets', 'index-a1b2c3d4.js'), 'export {}')
  await writeFile(path.join(webRoot, '.secret'), 'x')
})
afterEach(() => rm(webRoot, { recursive: true }))

it('serves the page to anyone, under a policy without inline code or foreign hosts', async () => {
  const { app } = await doorBench({ webRoot })
  const page = await app.inject({ url: '/', headers: { host: 'localhost:9180' } })
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('<title>claw-mesh</title>')
  expect(page.headers['cache-control']).toBe('no-cache')
  const policy = String(page.headers['content-security-policy'])
  expect(policy).toContain("connect-src 'self' ws://localhost:9180 wss://localhost:9180")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(page.headers['x-content-type-options']).toBe('nosniff')
})

it('lets browsers keep files with a hash in their name', async () => {
  const { app } = await doorBench({ webRoot })
  const asset = await app.inject('/assets/index-a1b2c3d4.js')
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(asset.headers['content-type']).toContain('javascript')
})

it.each(['/assets/none.js', '/.secret', '/assets/', '/..%2f..%2fetc%2fpasswd', '/api/v1/none'])(
  'answers route_not_found for %s',
  async (url) => {
    const { app } = await doorBench({ webRoot })
    const response = await app.inject(url)
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ error: { code: 'route_not_found' } })
  },
)

it('says how to build the page where it has not been built', async () => {
  const { app } = await doorBench({ webRoot: path.join(webRoot, 'none') })
  const response = await app.inject('/')
  expect(response.headers['content-type']).toContain('text/plain')
  expect(response.body).toContain('npm run build')
})
