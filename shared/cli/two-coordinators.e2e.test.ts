/** Two coordinators on one folder, as real processes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type RunningCommand, runCommand, startCommand } from '../testing/command.ts'

let home: string
const started: RunningCommand[] = []
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'two-coordinators-'))
})
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

const up = ['up', '--no-local', '--port', '0', '--json']
const options = () => ({ env: { CLAW_MESH_HOME: home } })
async function running(): Promise<{ command: RunningCommand; url: string }> {
  const command = startCommand(up, options())
  started.push(command)
  const [, url = ''] = await command.saw(/"url":"([^"]+)","pid"/)
  return { command, url }
}

it('refuses the second by naming the first, and starts at once after the first was killed', async () => {
  const first = await running()
  const second = await runCommand(up, options())
  expect(second.code).toBe(9)
  expect(JSON.parse(second.stdout.trim())).toMatchObject({
    error: { code: 'already_running', details: { url: first.url, pid: first.command.pid } },
  })
  await first.command.stop('SIGKILL')
  // The note is still there, and its pid may belong to somebody else by now: here, to this test.
  const note = path.join(home, 'data/coordinator.json')
  await writeFile(note, JSON.stringify({ ...JSON.parse(await readFile(note, 'utf8')), pid: process.pid }))
  const third = await running()
  expect((await fetch(`${third.url}/readyz`)).status).toBe(200)
})

it('lets only one of two in that start together', async () => {
  await runCommand(['init'], options())
  const both = [startCommand(up, options()), startCommand(up, options())]
  started.push(...both)
  const loser = await Promise.race(both.map(async (each) => ({ each, finished: await each.finished })))
  expect(loser.finished.code).toBe(9)
  expect(loser.finished.stdout + loser.finished.stderr).toContain('already_running')
  const winner = both.find((each) => each !== loser.each)
  expect(await winner?.saw(/"url":"([^"]+)","pid"/)).toBeTruthy()
})
