import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultSettings, type Settings } from '../../contract/settings.ts'
import { systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { openGateway } from './find-gateway.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'find-gateway-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const open = (settings: Partial<Settings['gateway']>) =>
  openGateway(
    { ...defaultSettings.gateway, ...settings },
    { env: { HOME: home }, clock: systemClock, log: silentLog, nodeName: 'n' },
  )

it('finds OpenClaw by itself', async () => {
  await mkdir(path.join(home, '.openclaw'))
  await writeFile(path.join(home, '.openclaw/openclaw.json'), '{ gateway: { auth: { token: "abc" } } }')
  expect((await open({})).name).toBe('openclaw-rpc')
})

it('attaches to an OpenClaw without a token, whose state then says what to do', async () => {
  await mkdir(path.join(home, '.openclaw'))
  await writeFile(path.join(home, '.openclaw/openclaw.json'), '{ gateway: {} }')
  const adapter = await open({})
  await adapter.start()
  expect(adapter.health()).toMatchObject({ state: 'token_refused', problem: { code: 'gateway_token_refused' } })
  await adapter.stop()
})

it('never falls back to anything that was not asked for', async () => {
  await expect(open({})).rejects.toMatchObject({
    code: 'gateway_not_found',
    hint: expect.stringContaining(path.join(home, '.openclaw/openclaw.json')) as string,
  })
})

it('opens a demo and an OpenAI-compatible server when they are named', async () => {
  expect((await open({ adapter: 'demo' })).name).toBe('demo')
  expect((await open({ adapter: 'openai', url: 'http://127.0.0.1:11434/v1' })).name).toBe('openai')
})

it.each(['', 'ftp://x/', 'http://user:secret@127.0.0.1/v1'])('refuses "%s" as the address of a server', async (url) => {
  await expect(open({ adapter: 'openai', url })).rejects.toMatchObject({
    code: 'gateway_not_found',
    details: { field: 'gateway.url' },
  })
})
