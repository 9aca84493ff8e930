/** `claw-mesh up`: starts the coordinator and, unless told otherwise, this machine's gateway as its first node. */
import { MeshError } from '../../contract/error.ts'
import type { NodeAgent } from '../../core/agent/node-agent.ts'
import { hashPassword } from '../../core/coordinator/http/auth/password.ts'
import type { Log } from '../../core/platform/log.ts'
import { type Initialised, initialise } from '../../core/settings/secrets.ts'
import { openSettings } from '../../core/settings/settings-file.ts'
import { agentDir } from '../../core/agent/agent-dir.ts'
import { tellAgent, tellNodes } from '../agent-lines.ts'
import { openAgent } from '../../core/agent/open-agent.ts'
import { openCoordinator, type RunningCoordinator } from '../../core/coordinator/open-coordinator.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { endWithin, hold } from '../hold.ts'
import { openLocalGateway } from '../local-gateway.ts'
import { openLog } from '../log.ts'
import { machineName } from '../../core/platform/machine-name.ts'
import { port } from '../options.ts'
import { columns } from '../output/columns.ts'
import { errorText } from '../output/report-error.ts'
import { findWebRoot, version } from '../package-info.ts'
import { stopSignal } from '../signals.ts'
import { warnSettings } from '../warn-settings.ts'
import { tellSetAside } from '../tell-set-aside.ts'
import { tellPassword } from './init.ts'

interface Options {
  readonly port?: string
  readonly local: boolean
}

const shortestSafeToken = 16
const stopWithinMs = 5_000

export const up: Configure = (command, context) => {
  const { t, settings } = context
  command
    .option('--port <port>', t('cli:up.port', { port: settings.coordinator.port }))
    .option('--no-local', t('cli:up.no_local'))
    .addHelpText('after', `\n${t('cli:up.token')}`)
    .action((options: Options) => run(context, options))
}

async function run(context: CliContext, options: Options): Promise<void> {
  const { home, clock, settings, t } = context
  const chosenPort = options.port === undefined ? settings.coordinator.port : port(options.port)
  const made = await initialise({ home, hashPassword })
  // Before anything can fail: the password is shown this once.
  if (made.created.length > 0) tellMade(context, made)
  mendSettings(context)
  if (context.tokenFlag !== undefined && context.tokenFlag.length < shortestSafeToken)
    context.err.line(t('cli:up.weak_token'))
  const watched = context.err.isTTY && !context.json
  const log = openLog(context.err, { level: context.verbose ? 'debug' : watched ? 'warn' : 'info', json: context.json })
  const webRoot = findWebRoot()
  const coordinator = await openCoordinator({
    home,
    settings: settings.coordinator,
    port: chosenPort,
    joinToken: context.tokenFlag,
    webRoot,
    version,
    clock,
    log,
    onSetAside: (aside) => tellSetAside(context, aside),
  })
  const stop = stopSignal(context.signals)
  let local: LocalNode | undefined
  let quiet: (() => void) | undefined
  try {
    if (watched) quiet = tellNodes(context, coordinator.events)
    tellUp(context, coordinator, { madeNow: made.password !== undefined, webRoot })
    if (options.local && settings.coordinator.local_node) local = await startLocal(context, coordinator, log)
    if (!context.json) context.err.line(context.err.paint('dim', t('cli:up.stop')))
    await hold(stop.signal, new Promise<never>(() => undefined))
    if (!context.json) context.err.line(`\n${t('cli:up.stopping')}`)
  } finally {
    quiet?.()
    await endWithin(stopWithinMs, stopAll(local, coordinator))
    stop.done()
  }
  if (!context.json) context.err.line(t('cli:up.stopped'))
}

interface LocalNode {
  readonly agent: NodeAgent
  readonly silence: () => void
}

async function stopAll(local: LocalNode | undefined, coordinator: RunningCoordinator): Promise<void> {
  local?.silence()
  try {
    await local?.agent.stop('shutdown')
  } finally {
    await coordinator.stop()
  }
}

/** Undefined when there is nothing to be a node with: the coordinator serves other machines all the same. */
async function startLocal(
  context: CliContext,
  coordinator: RunningCoordinator,
  log: Log,
): Promise<LocalNode | undefined> {
  const { home, settings, clock } = context
  try {
    const name = settings.node.name || machineName()
    const adapter = await openLocalGateway(context, settings.gateway, log, name)
    const agent = await openAgent({
      dir: agentDir(home, undefined),
      coordinatorUrl: coordinator.url,
      joinToken: coordinator.joinToken,
      name,
      tags: settings.node.tags,
      version,
      adapter,
      clock,
      log,
      onSetAside: (aside) => tellSetAside(context, aside),
    })
    const silence = tellAgent(context, agent, adapter, { rejected: true })
    await agent.start()
    return { agent, silence }
  } catch (error) {
    const problem = MeshError.wrap(error)
    if (context.json) printJson(context, { local_node: null, error: problem.toBody() })
    else {
      context.err.line(`${context.err.paint('yellow', '○')} ${context.t('cli:up.no_local_node')}`)
      context.err.write(errorText(problem.toBody(), context))
    }
    if (problem.code === 'internal') log.error({ err: problem.cause }, 'this machine could not become a node')
    return undefined
  }
}

/** The process that runs is the one that may move a file that is not YAML out of the way. */
function mendSettings(context: CliContext): void {
  warnSettings(context)
  const file = openSettings({ home: context.home, clock: context.clock })
  file.read()
  const moved = file.setAside()
  if (moved !== undefined) context.err.line(context.t('cli:settings.set_aside', { file: moved }))
}

function tellMade(context: CliContext, { created, password }: Initialised): void {
  if (context.json) {
    printJson(context, { created, page_password: password })
    return
  }
  context.out.line(context.t('cli:up.initialised', { folder: context.home.config }))
  if (password !== undefined) tellPassword(context, password)
}

interface Start {
  readonly madeNow: boolean
  readonly webRoot: string | undefined
}

function tellUp(context: CliContext, { url }: RunningCoordinator, { madeNow, webRoot }: Start): void {
  const { out, t, tokenFlag } = context
  if (context.json) {
    printJson(context, { url, pid: process.pid, version })
    return
  }
  out.line(out.paint('bold', t('cli:up.running', { version })))
  out.write(
    columns([
      [t('cli:up.page'), out.paint('cyan', `${url}/`)],
      ...(madeNow ? [] : [[t('cli:up.password'), t('cli:up.password_hint')] as const]),
      // The token of this run stands nowhere that a hint could send people to.
      [
        t('cli:up.join'),
        `claw-mesh join ${url}${tokenFlag === undefined ? '' : ` --token ${t('cli:up.given_token')}`}`,
      ],
      [t('cli:up.send'), 'claw-mesh send "hello"'],
    ]),
  )
  if (webRoot === undefined) out.line(t('cli:up.no_page'))
}
