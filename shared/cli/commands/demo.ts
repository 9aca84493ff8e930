/** `claw-mesh demo`: a coordinator and three made-up nodes in a temporary folder, and four messages that show the routing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defaultSettings } from '../../contract/settings.ts'
import type { NodeAgent } from '../../core/agent/node-agent.ts'
import { hashPassword } from '../../core/coordinator/http/auth/password.ts'
import { DemoGateway } from '../../core/gateway/demo.ts'
import { findHome, type Home } from '../../core/platform/home.ts'
import type { Log } from '../../core/platform/log.ts'
import { initialise } from '../../core/settings/secrets.ts'
import { agentDir } from '../../core/agent/agent-dir.ts'
import { openAgent } from '../../core/agent/open-agent.ts'
import { openCoordinator, type RunningCoordinator } from '../../core/coordinator/open-coordinator.ts'
import { type Connection, connect } from '../connect.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { type DemoNode, demoMessages, demoNodes } from '../demo-mesh.ts'
import { sendDemoMessage } from '../demo-send.ts'
import { endWithin, hold } from '../hold.ts'
import { openLog } from '../log.ts'
import { port } from '../options.ts'
import { columns } from '../output/columns.ts'
import { findWebRoot, version } from '../package-info.ts'
import { stopSignal } from '../signals.ts'

interface Options {
  readonly once?: boolean
  readonly port?: string
}

export const demo: Configure = (command, context) => {
  const { t } = context
  command
    .option('--once', t('cli:demo.once'))
    .option('--port <port>', t('cli:demo.port'))
    .action((options: Options) => run(context, options))
}

interface Mesh {
  readonly coordinator: RunningCoordinator
  readonly agents: NodeAgent[]
}

async function run(context: CliContext, options: Options): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-demo-'))
  const home = findHome({ CLAW_MESH_HOME: root })
  const log = openLog(context.err, { level: context.verbose ? 'debug' : 'warn', json: context.json })
  const stop = stopSignal(context.signals)
  const agents: NodeAgent[] = []
  let coordinator: RunningCoordinator | undefined
  try {
    const { password = '' } = await initialise({ home, hashPassword })
    coordinator = await startDemoCoordinator(context, home, options.port === undefined ? 0 : port(options.port), log)
    for (const node of demoNodes) agents.push(await startDemoNode(context, home, coordinator, node, log))
    const connection = await connect({ home, settings: context.settings, coordinator: undefined, token: undefined })
    await allLinked(agents, stop.signal)
    if (!context.json) introduce(context)
    for (const message of demoMessages) {
      if (stop.signal.aborted) return
      const result = await sendDemoMessage(context, connection, message, stop.signal)
      if (context.json) printJson(context, result)
    }
    if (options.once !== true) {
      tellPage(context, connection, password)
      await hold(stop.signal, new Promise<never>(() => undefined))
    }
  } finally {
    await endWithin(5_000, takeDown({ coordinator, agents }))
    await rm(root, { recursive: true, force: true })
    stop.done()
  }
}

const startDemoCoordinator = (context: CliContext, home: Home, chosen: number, log: Log): Promise<RunningCoordinator> =>
  openCoordinator({
    home,
    settings: defaultSettings.coordinator,
    port: chosen,
    webRoot: findWebRoot(),
    version,
    clock: context.clock,
    log,
  })

async function startDemoNode(
  { clock }: CliContext,
  home: Home,
  { url, joinToken }: RunningCoordinator,
  node: DemoNode,
  log: Log,
): Promise<NodeAgent> {
  const agent = await openAgent({
    dir: agentDir(home, node.name),
    coordinatorUrl: url,
    joinToken,
    name: node.name,
    tags: node.tags,
    version,
    adapter: new DemoGateway({ nodeName: node.name, clock, skills: node.skills }),
    clock,
    log,
    machine: {
      probe: async () => node.machine,
      load: () => ({ cpu: node.cpu, memory: 0.4, on_battery: false }),
    },
  })
  await agent.start()
  return agent
}

const allLinked = (agents: readonly NodeAgent[], signal: AbortSignal): Promise<unknown> =>
  Promise.all(
    agents.map(async (agent) => {
      const linked = Promise.withResolvers<undefined>()
      const off = agent.onState(({ status }) => {
        if (status === 'linked') linked.resolve(undefined)
      })
      try {
        if (agent.state.status !== 'linked') await hold(signal, linked.promise)
      } finally {
        off()
      }
    }),
  )

async function takeDown({
  coordinator,
  agents,
}: {
  coordinator: Mesh['coordinator'] | undefined
  agents: NodeAgent[]
}) {
  await Promise.all(agents.map((agent) => agent.stop('shutdown')))
  await coordinator?.stop()
}

function introduce({ out, t }: CliContext): void {
  out.line(`${t('cli:demo.about')}\n`)
  const facts = demoNodes.map(({ name, machine, tags, skills }) => {
    const gpu = machine.gpus.map((card) => `${card.name} ${card.vram_gb} GB`)
    const has = [
      ...gpu,
      ...machine.tools.filter((tool) => !['git', 'node'].includes(tool)),
      ...tags,
      ...skills.map((skill) => skill.name),
    ]
    return [name, `${machine.os}/${machine.arch}  ${out.paint('dim', [...new Set(has)].join(', '))}`] as const
  })
  out.write(columns(facts, (name) => out.paint('bold', name)))
}

/** With `--json` standard output is for programs; people look at the page all the same. */
function tellPage({ out, err, json, t }: CliContext, { url }: Connection, password: string): void {
  const to = json ? err : out
  if (!json) to.line()
  to.line(t('cli:demo.page', { url: to.paint('cyan', `${url}/`) }))
  to.line(t('cli:demo.password', { password: to.paint('bold', password) }))
  err.line(err.paint('dim', t('cli:demo.stop')))
}
