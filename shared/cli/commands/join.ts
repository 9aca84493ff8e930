/** `claw-mesh join`: makes the gateway on this machine a node, and stays as its agent until it is stopped. */
import { MeshError } from '../../contract/error.ts'
import { coordinatorBase } from '../../core/agent/coordinator-url.ts'
import { openIdentity } from '../../core/agent/identity.ts'
import type { AgentState, NodeAgent } from '../../core/agent/node-agent.ts'
import { sameCoordinator } from '../../core/client/same-coordinator.ts'
import { files } from '../../core/platform/home.ts'
import { silentLog } from '../../core/platform/log.ts'
import { readRunning } from '../../core/settings/running-file.ts'
import { readSecret } from '../../core/settings/secrets.ts'
import { agentDir } from '../../core/agent/agent-dir.ts'
import { tellAgent } from '../agent-lines.ts'
import { openAgent } from '../../core/agent/open-agent.ts'
import type { CliContext, Configure } from '../context.ts'
import { endWithin, hold } from '../hold.ts'
import { type GatewayOptions, gatewaySettings, openLocalGateway } from '../local-gateway.ts'
import { openLog } from '../log.ts'
import { machineName } from '../../core/platform/machine-name.ts'
import { splitTags } from '../options.ts'
import { version } from '../package-info.ts'
import { stopSignal } from '../signals.ts'
import { tellSetAside } from '../tell-set-aside.ts'
import { warnSettings } from '../warn-settings.ts'

interface Options extends GatewayOptions {
  readonly name?: string
  readonly tags?: string
}

export const join: Configure = (command, context) => {
  const { t } = context
  command
    .argument('[url]', t('cli:join.url'))
    .option('--name <name>', t('cli:join.name'))
    .option('--tags <tags>', t('cli:join.tags'))
    .option('--gateway <kind>', t('cli:join.gateway'))
    .option('--gateway-url <url>', t('cli:join.gateway_url'))
    .option('--gateway-model <model>', t('cli:join.gateway_model'))
    .action((url: string | undefined, options: Options) => run(context, url ?? context.coordinator, options))
}

async function run(context: CliContext, url: string | undefined, options: Options): Promise<void> {
  const { settings, clock, t } = context
  warnSettings(context)
  const dir = agentDir(context.home, options.name)
  const target = await findTarget(context, url, dir)
  const name = options.name ?? (settings.node.name || machineName())
  const log = openLog(context.err, { level: context.verbose ? 'debug' : 'warn', json: context.json })
  const adapter = await openLocalGateway(context, gatewaySettings(settings.gateway, options), log, name)
  if (!context.json) context.err.line(t('cli:join.joining', { url: target.url, adapter: adapter.name }))
  const tags = [...settings.node.tags, ...splitTags(options.tags)]
  const { url: coordinatorUrl, joinToken } = target
  const agent = await openAgent({
    dir,
    coordinatorUrl,
    joinToken,
    name,
    tags,
    version,
    adapter,
    clock,
    log,
    onSetAside: (aside) => tellSetAside(context, aside),
  }).catch(explainRunning)
  const { signal, done } = stopSignal(context.signals)
  const silence = tellAgent(context, agent, adapter, { rejected: false })
  try {
    const refused = turnedDown(agent)
    await agent.start()
    const problem = await hold(signal, refused)
    if (problem) throw problem
    if (!context.json) context.err.line(`\n${t('cli:join.leaving')}`)
  } finally {
    silence()
    await endWithin(5_000, agent.stop('shutdown'))
    done()
  }
  if (!context.json) context.err.line(t('cli:join.stopped'))
}

/** A folder is one node; a second one on this machine needs a name, and so a folder, of its own. */
function explainRunning(error: unknown): never {
  if (!(error instanceof MeshError) || error.code !== 'already_running') throw error
  throw new MeshError('already_running', 'This node is running already, in another process.', {
    cause: error,
    hint: 'To join a second node from this machine, name it: claw-mesh join --name <name>',
  })
}

/** Settles when the coordinator has turned this node down for good. */
const turnedDown = (agent: NodeAgent): Promise<MeshError> =>
  new Promise((resolve) => {
    const look = ({ status, problem }: AgentState) => {
      if (status === 'rejected')
        resolve(
          problem ? MeshError.from(problem) : new MeshError('forbidden', 'The coordinator turned this node down.'),
        )
    }
    agent.onState(look)
  })

/** Which coordinator, and what to show it. The join token of this machine goes to no other coordinator. */
async function findTarget(
  context: CliContext,
  url: string | undefined,
  dir: string,
): Promise<{ url: string; joinToken?: string }> {
  const places = files(context.home)
  const local = (await readRunning(places.running))?.url
  const known = await openIdentity({ dir, clock: context.clock, log: silentLog }).read()
  const chosen = url ?? local ?? known?.coordinator_url ?? `http://127.0.0.1:${context.settings.coordinator.port}`
  const base = coordinatorBase(chosen)
  if (context.token !== undefined) return { url: base, joinToken: context.token }
  const own = local !== undefined && sameCoordinator(base, local) ? await readSecret(places.joinToken) : undefined
  if (own !== undefined) return { url: base, joinToken: own }
  if (known?.coordinator_url === base) return { url: base }
  throw new MeshError('unauthorized', `To join ${base} its join token is needed.`, {
    hint:
      local === undefined && url === undefined
        ? 'No coordinator is running here: start one with `claw-mesh up`, or name one: claw-mesh join <url> --token <token>'
        : 'Run `claw-mesh init` on the coordinator’s machine to see it, then: claw-mesh join <url> --token <token>',
  })
}
