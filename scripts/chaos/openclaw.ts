/** `--openclaw`: kills real OpenClaw gateways, one at a time, while messages flow; a fake model behind them counts the turns. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { type OpenClawGateways, startGateways } from '../../shared/testing/openclaw-gateways.ts'
import { audit } from './audit.ts'
import { allOnline, answersSeen, everyMessage, sample } from './ledger.ts'
import { Load } from './load.ts'
import { type Carried, spread } from './measure.ts'
import type { Member } from './member.ts'
import { claw, makeMember, ready, upCommand } from './mesh.ts'
import { launcher } from './namespaces.ts'
import type { Options } from './options.ts'
import type { Fault } from './plan.ts'
import { clientDials, coordinatorAt, urlOf } from './places.ts'
import { SeededRandom } from './random.ts'
import { countFaults, type Report, times } from './report.ts'
import { type BegunTurn, readWork } from './turns.ts'
import { Watch } from './watch.ts'
import { Wire } from './wire.ts'

const names = ['claw-a', 'claw-b']
/** A gateway runs four turns at once. */
const inFlight = 8
const turnMs = 1_500
const settleWithinMs = 90_000
const lookEveryMs = 500

/** Before the namespace is entered: there is no network inside. */
export function installOpenClaw(): void {
  const script = path.join(import.meta.dirname, '../openclaw/start-gateway.mjs')
  const { status } = spawnSync(process.execPath, [script, '--install-only'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('OpenClaw could not be installed.')
}

export async function runOpenClaw({ kills, seed }: Options): Promise<Report> {
  const began = performance.now()
  const folder = mkdtempSync(path.join(tmpdir(), 'claw-mesh-chaos-'))
  const problems: string[] = []
  const note = (problem: string): void => {
    problems.push(problem)
  }
  const openclaw = await startGateways({ count: names.length, names })
  const members: Member[] = []
  try {
    const member = makeMember({ folder, slots: 4, ended: note })
    const coordinator = member('coordinator', upCommand())
    members.push(coordinator)
    coordinator.start()
    await ready()
    const secret = (name: string): string => readFileSync(path.join(folder, 'coordinator/data', name), 'utf8').trim()
    for (const { name, home } of openclaw.gateways) {
      const join = ['join', urlOf(coordinatorAt), '--name', name, '--token', secret('join.token'), '--json']
      // The agent finds gateway and token where their user has them.
      const agent = member(name, [...launcher(), process.execPath, claw, ...join], home)
      members.push(agent)
      agent.start()
    }
    await Wire.start(clientDials, coordinatorAt, seed)
    const token = secret('admin.token')
    await allOnline(token, names.length)
    const watch = new Watch(token)
    const load = new Load({ inFlight, seed, token, watch, refused: note, suffix: ` [[delay:${turnMs}]]` })
    const turns = new Map<string, BegunTurn>()
    const counting = countTurns(openclaw.llm.requests, turns)
    load.start()
    const busy = sample(load)
    const carried = await killInTurn(openclaw.control, { kills, seed })
    const looks = busy.stop()
    await allOnline(token, names.length)
    await load.finish(settleWithinMs)
    await counting.stop()
    const stored = await everyMessage(token)
    const evidence = { acknowledged: load.acknowledged(), stored, seen: load.seen, turns: [...turns.values()] }
    await watch.stop()
    const { findings, ...verdict } = audit({ ...evidence, anyAnswer: true })
    for (const { fault, marker, message_id, what } of findings) note(`${fault}: ${marker} (${message_id}): ${what}`)
    if (verdict.ended.succeeded === 0) note('no message succeeded, so nothing was shown')
    if (problems.length > 0) writeFileSync(path.join(folder, 'evidence.json'), JSON.stringify(evidence))
    return {
      seed,
      kills,
      faults: countFaults(carried),
      ...verdict,
      in_flight_p50: spread(looks).p50,
      ...times({ carried, nodes: watch.nodes, answers: answersSeen(watch, load) }),
      took_s: (performance.now() - began) / 1_000,
      problems,
    }
  } catch (error) {
    note(String(error))
    throw error
  } finally {
    await Promise.all(members.map((member) => member.kill()))
    await openclaw.stop()
    if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
    else console.error(`\n${problems.join('\n')}\n\nSeed ${seed}. Logs and databases are kept in ${folder}`)
  }
}

/** One gateway after the other, at moments of chance; each is back before the next one goes. */
async function killInTurn(
  control: OpenClawGateways['control'],
  { kills, seed }: Pick<Options, 'kills' | 'seed'>,
): Promise<Carried[]> {
  const random = new SeededRandom(`${seed} openclaw`)
  const carried: Carried[] = []
  for (let count = 0; count < kills; count++) {
    await wait(random.between(1_000, 3_000))
    const number = Math.floor(random.next() * names.length)
    const node = names[number]
    if (node === undefined) continue
    const from = performance.now()
    await control.kill(node)
    await wait(random.between(100, 1_500))
    await control.start(node)
    const until = performance.now()
    const fault: Fault = { kind: 'kill', target: 'gateway', node: number, at_ms: 0, for_ms: until - from }
    carried.push({ fault, node, from, until })
    console.error(`kill ${node} for ${((until - from) / 1_000).toFixed(1)} s`)
  }
  return carried
}

interface Asked {
  readonly at: string
  readonly node: string
  readonly user: string
}

/**
 * What the gateways asked the model for, read before it forgets. A killed gateway takes up its own turn again, in words of
 * its own, which is no turn of ours; so a call counts when it carries the text of the message.
 */
function countTurns(url: string, turns: Map<string, BegunTurn>): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const look = async (): Promise<void> => {
    const { requests } = (await (await fetch(url)).json()) as { readonly requests: readonly Asked[] }
    for (const { at, node, user } of requests) {
      const marker = readWork(user)?.marker
      if (marker !== undefined) turns.set(`${node} ${at} ${marker}`, { marker, turn: at, node })
    }
  }
  const done = (async () => {
    while (!signal.aborted) {
      await look()
      await wait(lookEveryMs, undefined, { signal }).catch(() => undefined)
    }
    await look()
  })()
  return {
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}
