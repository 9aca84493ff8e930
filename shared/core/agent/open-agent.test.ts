import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { agentState } from '../../testing/agent-rig.ts'
import { FakeAdapter } from '../../testing/fake-adapter.ts'
import { FakeCoordinator } from '../../testing/fake-coordinator.ts'
import { silentLog } from '../platform/log.ts'
import { openAgent } from './open-agent.ts'

let dir = ''
let coordinator: FakeCoordinator
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'open-agent-'))
  coordinator = await FakeCoordinator.start()
})
afterEach(async () => {
  await coordinator.stop()
  await rm(dir, { recursive: true, force: true })
})

const open = (name: string) =>
  openAgent({
    dir: path.join(dir, 'agent'),
    coordinatorUrl: coordinator.url,
    joinToken: 'join-token',
    name,
    tags: ['test'],
    version: '0.1.0',
    adapter: new FakeAdapter(),
    log: silentLog,
  })

it('makes this machine a node, from what is really here', async () => {
  const agent = await open('')
  await agent.start()
  const link = await coordinator.links.next()
  const hello = await link.welcome()
  await agentState(agent, ({ status }) => status === 'linked')
  expect(hello.node_id).toMatch(/^node-[0-9a-f]{16}$/)
  expect(hello.name).toBe(agent.state.name)
  expect(hello.capabilities.memory_gb).toBeGreaterThan(0)
  expect(hello.capabilities.tags).toEqual(['test'])
  await agent.stop()
})

it('keeps its files to its owner', async () => {
  const agent = await open('mac')
  await agent.start()
  await coordinator.linked()
  await agent.stop()
  const folder = path.join(dir, 'agent')
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  for (const file of await readdir(folder)) expect((await stat(path.join(folder, file))).mode & 0o077).toBe(0)
})

it('lets no second agent into its folder, and another one after it', async () => {
  const agent = await open('mac')
  await expect(open('mac')).rejects.toMatchObject({ code: 'already_running' })
  await agent.stop()
  await (await open('mac')).stop()
})
