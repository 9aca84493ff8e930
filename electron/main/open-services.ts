/** The real parts behind the two switches: coordinator, agent, gateway, and who may do what elsewhere. */
import path from 'node:path'
import type { GatewayReport } from '../../shared/contract/node.ts'
import { agentDir } from '../../shared/core/agent/agent-dir.ts'
import { openAgent } from '../../shared/core/agent/open-agent.ts'
import { openHttp } from '../../shared/core/client/http-client.ts'
import { hashPassword } from '../../shared/core/coordinator/http/auth/password.ts'
import { openCoordinator } from '../../shared/core/coordinator/open-coordinator.ts'
import { openGateway } from '../../shared/core/gateway/find-gateway.ts'
import type { Clock } from '../../shared/core/platform/clock.ts'
import type { Home } from '../../shared/core/platform/home.ts'
import { sha256Hex } from '../../shared/core/platform/ids.ts'
import type { Log } from '../../shared/core/platform/log.ts'
import { machineName } from '../../shared/core/platform/machine-name.ts'
import { initialise, readSecrets } from '../../shared/core/settings/secrets.ts'
import type { SettingsFile } from '../../shared/core/settings/settings-file.ts'
import type { MachineServicesDeps, NodeTarget, RunningHost, RunningNode } from './machine-services.ts'

export interface OpenServicesDeps {
  readonly home: Home
  readonly settings: Pick<SettingsFile, 'read'>
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly webRoot: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** A page password was made up at the first hosting: shown this once. */
  readonly tellPassword: (password: string) => void
}

type Opened = Pick<MachineServicesDeps, 'openHost' | 'openNode' | 'findGateway' | 'scopeOf' | 'joinWhenHosting'>

export const openServices = (deps: OpenServicesDeps): Opened => ({
  openHost: () => openHost(deps),
  openNode: (target) => openNode(deps, target),
  findGateway: () => findGateway(deps),
  scopeOf: async (url, token) => (await openHttp({ url, token }).client.call('session.whoami')).scope,
  joinWhenHosting: () => deps.settings.read().coordinator.local_node,
})

async function openHost(deps: OpenServicesDeps): Promise<RunningHost> {
  const { home, clock, log, version, webRoot } = deps
  const made = await initialise({ home, hashPassword })
  // Before anything can fail: the password is shown this once.
  if (made.password !== undefined) deps.tellPassword(made.password)
  const settings = deps.settings.read().coordinator
  const coordinator = await openCoordinator({ home, settings, port: settings.port, webRoot, version, clock, log })
  const { adminToken } = await readSecrets(home)
  return { url: coordinator.url, adminToken, joinToken: coordinator.joinToken, stop: () => coordinator.stop() }
}

async function openNode(deps: OpenServicesDeps, { mode, url, joinToken }: NodeTarget): Promise<RunningNode> {
  const { home, clock, log, version } = deps
  const { node } = deps.settings.read()
  const adapter = await gatewayHere(deps)
  // A folder for each coordinator: going back to one needs no new join token, and results it has not heard of wait for it.
  const dir =
    mode === 'own' ? agentDir(home, undefined) : path.join(home.data, 'agents', `at-${sha256Hex(url).slice(0, 16)}`)
  const name = node.name || machineName()
  const agent = await openAgent({
    dir,
    coordinatorUrl: url,
    joinToken,
    name,
    tags: node.tags,
    version,
    adapter,
    clock,
    log,
  })
  try {
    await agent.start()
  } catch (error) {
    await agent.stop()
    throw error
  }
  return {
    get state() {
      return agent.state
    },
    gateway: () => adapter.health(),
    onChange: (listener) => {
      const offs = [agent.onState(listener), adapter.onChange(listener)]
      return () => offs.forEach((off) => off())
    },
    setPaused: (paused) => (paused ? agent.pause() : agent.resume()),
    stop: () => agent.stop('shutdown'),
  }
}

async function findGateway(deps: OpenServicesDeps): Promise<GatewayReport> {
  const adapter = await gatewayHere(deps)
  try {
    await adapter.start()
    return adapter.health()
  } finally {
    await adapter.stop()
  }
}

const gatewayHere = ({ settings, clock, log, env, version }: OpenServicesDeps) => {
  const { gateway, node } = settings.read()
  return openGateway(gateway, { clock, log, env, nodeName: node.name || machineName(), version })
}
