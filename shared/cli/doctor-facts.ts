/** Gathers what `diagnose` judges: looks at files, asks the coordinator and the gateway, changes nothing. */
import { access, constants } from 'node:fs/promises'
import { createServer } from 'node:net'
import { isValid } from '../contract/check.ts'
import { MeshError } from '../contract/error.ts'
import type { GatewayReport, MeshNode } from '../contract/node.ts'
import { Readiness } from '../contract/system.ts'
import type { GatewayAdapter } from '../core/gateway/adapter.ts'
import { files } from '../core/platform/home.ts'
import { silentLog } from '../core/platform/log.ts'
import { type Connection, connect } from './connect.ts'
import type { CliContext } from './context.ts'
import type { CoordinatorFact, Facts } from './diagnose.ts'
import type { MessageFacts } from './diagnose-messages.ts'
import { lookAtDisk } from './local-faults.ts'
import { openLocalGateway } from './local-gateway.ts'
import { machineName } from '../core/platform/machine-name.ts'
import { findWebRoot } from './package-info.ts'

/** How long the gateway may take to say how it is. */
const gatewayWithinMs = 4_000

export async function gatherFacts(context: CliContext): Promise<Facts> {
  const places = files(context.home)
  const secrets = [places.adminToken, places.joinToken, places.passwordHash]
  const [there, readable, coordinator, gateway, disk] = await Promise.all([
    Promise.all(secrets.map((file) => can(file, constants.F_OK))),
    Promise.all(secrets.map((file) => can(file, constants.R_OK))),
    askCoordinator(context),
    askGateway(context),
    lookAtDisk(context.home),
  ])
  return {
    nodeVersion: process.versions.node,
    folder: context.home.config,
    settingsFile: places.settings,
    settingsWarnings: context.settingsWarnings,
    initialised: there.every(Boolean),
    unreadable: secrets.filter((_, n) => there[n] === true && readable[n] === false),
    pageBuilt: findWebRoot() !== undefined,
    remote: context.coordinator !== undefined,
    coordinator: coordinator.fact,
    nodes: coordinator.nodes,
    messages: coordinator.messages,
    disk,
    now: context.clock.now(),
    gateway,
  }
}

interface Asked {
  readonly fact: CoordinatorFact
  readonly nodes: readonly MeshNode[] | undefined
  readonly messages?: MessageFacts
}

async function askCoordinator(context: CliContext): Promise<Asked> {
  const port = context.settings.coordinator.port
  let connection: Connection | undefined
  try {
    connection = await connect(context)
    const { url, client } = connection
    const failing = await notReady(url)
    if (failing.length > 0) return { fact: { state: 'not_ready', url, failing }, nodes: undefined }
    const [{ version }, nodes, queued, interrupted] = await Promise.all([
      client.call('session.whoami'),
      client.call('nodes.list'),
      client.call('messages.list', { state: 'queued', limit: 200 }),
      client.call('messages.list', { state: 'interrupted', limit: 200 }),
    ])
    const messages = { queued: queued.messages, interrupted: interrupted.messages }
    return { fact: { state: 'up', url, version }, nodes, messages }
  } catch (error) {
    const { code } = MeshError.wrap(error)
    const url = connection?.url ?? context.coordinator ?? `http://127.0.0.1:${port}`
    if (code === 'unauthorized' || code === 'forbidden')
      return { fact: { state: 'token_refused', url }, nodes: undefined }
    if (connection || context.coordinator !== undefined)
      return { fact: { state: 'unreachable', url }, nodes: undefined }
    const fact: CoordinatorFact = (await isFree(port)) ? { state: 'not_running' } : { state: 'port_taken', port }
    return { fact, nodes: undefined }
  }
}

async function notReady(url: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`${url}/readyz`, { redirect: 'error', signal: AbortSignal.timeout(5_000) })
    const value: unknown = await response.json()
    return isValid(Readiness, value) && !value.ready ? value.failing : []
  } catch {
    // Whether it can be reached at all is found out by the call that follows.
    return []
  }
}

async function askGateway(context: CliContext): Promise<Facts['gateway']> {
  let adapter: GatewayAdapter
  try {
    adapter = await openLocalGateway(context, context.settings.gateway, silentLog, machineName())
  } catch (error) {
    return { missing: MeshError.wrap(error).toBody() }
  }
  try {
    await adapter.start()
    return await settledHealth(adapter, context)
  } finally {
    await adapter.stop()
  }
}

/** The first good word, or the last word there is when the time is over. */
async function settledHealth(adapter: GatewayAdapter, { clock }: CliContext): Promise<GatewayReport> {
  const settled = Promise.withResolvers<undefined>()
  const off = adapter.onChange(() => {
    if (adapter.health().state === 'ok') settled.resolve(undefined)
  })
  const cancel = clock.after(gatewayWithinMs, () => settled.resolve(undefined))
  const alive = setInterval(() => undefined, gatewayWithinMs)
  try {
    if (adapter.health().state !== 'ok') await settled.promise
    return adapter.health()
  } finally {
    clearInterval(alive)
    cancel()
    off()
  }
}

const can = (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  )

/** Tries the port the way the coordinator would. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
