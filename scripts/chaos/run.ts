/** One run from an empty folder to its report. A run that fails keeps its folder and says where it is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { audit, type Evidence } from './audit.ts'
import { carryOut } from './faults.ts'
import { allOnline, answersSeen, everyMessage, sample } from './ledger.ts'
import { Load } from './load.ts'
import { type Carried, spread } from './measure.ts'
import { startMesh } from './mesh.ts'
import type { Options } from './options.ts'
import { planFaults } from './plan.ts'
import { countFaults, type Report, times } from './report.ts'
import { readTurns } from './turns.ts'
import { Watch } from './watch.ts'

const nodes = 4
const slots = 6
const inFlight = 20
/** A node that came back with nothing to tell is given up for lost after a minute. */
const settleWithinMs = 90_000
const mostProblems = 50

export async function run({ kills, seed }: Options): Promise<Report> {
  const began = performance.now()
  const folder = mkdtempSync(path.join(tmpdir(), 'claw-mesh-chaos-'))
  const problems: string[] = []
  const plan = planFaults({ kills, nodes, seed })
  const say = (text: string): void => console.error(text)
  say(`${kills} faults of processes, ${plan.length - kills} of the network, seed ${seed}`)
  const note = (problem: string): void => {
    if (problems.length < mostProblems) problems.push(problem)
  }
  const mesh = await startMesh({ folder, nodes, slots, seed, ended: note })
  process.once('SIGINT', () => void mesh.stop().finally(() => process.exit(130)))
  process.once('SIGTERM', () => void mesh.stop().finally(() => process.exit(143)))
  try {
    await allOnline(mesh.token, nodes)
    const watch = new Watch(mesh.token)
    const load = new Load({ inFlight, seed, token: mesh.token, watch, refused: note })
    load.start()
    const busy = sample(load)
    const carried = await carryOut(mesh, plan, (done) => say(line(done)))
    const looks = busy.stop()
    await allOnline(mesh.token, nodes)
    await load.finish(settleWithinMs)
    const evidence: Evidence = {
      acknowledged: load.acknowledged(),
      stored: await everyMessage(mesh.token),
      seen: load.seen,
      turns: mesh.turnLogs.flatMap(readTurns),
    }
    await watch.stop()
    const { findings, ...verdict } = audit(evidence)
    for (const { fault, marker, message_id, what } of findings)
      note(`${fault.replace('_', ' ')}: ${marker} (${message_id}): ${what}`)
    if (verdict.messages === 0) note('no message was acknowledged, so nothing was shown')
    if (problems.length > 0) writeFileSync(path.join(folder, 'evidence.json'), JSON.stringify({ plan, ...evidence }))
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
    await mesh.stop()
    if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
    else say(`\n${problems.join('\n')}\n\nSeed ${seed}. Logs, databases and logs of turns are kept in ${folder}`)
  }
}

const line = ({ fault, node, from, until }: Carried): string =>
  `${(from / 1_000).toFixed(1).padStart(6)} s  ${fault.kind.replace('_', ' ')} ${fault.target}` +
  `${node === undefined ? '' : ` ${node}`} for ${((until - from) / 1_000).toFixed(1)} s`
