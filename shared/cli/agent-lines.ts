/** Says on standard error how a node is doing, one line for each change; with --json, on standard output. */
import type { AgentState, NodeAgent } from '../core/agent/node-agent.ts'
import type { EventLog } from '../core/coordinator/services.ts'
import type { GatewayAdapter } from '../core/gateway/adapter.ts'
import { type CliContext, printJson } from './context.ts'
import { cleanJson, cleanLine } from './output/clean.ts'

/** Returns its unsubscribe. `rejected: false` when the caller tells that itself. */
export function tellAgent(
  context: CliContext,
  agent: NodeAgent,
  adapter: GatewayAdapter,
  tell: { readonly rejected: boolean },
): () => void {
  let link = ''
  let gateway = ''
  const tellState = (state: AgentState) => {
    if (state.status === 'rejected' && !tell.rejected) return
    const line = context.json ? cleanJson(state) : linkLine(context, state)
    if (line === '' || line === link) return
    link = line
    if (context.json) printJson(context, state)
    else context.err.line(line)
  }
  const tellGateway = () => {
    const line = gatewayLine(context, adapter)
    if (line === gateway) return
    gateway = line
    if (context.json) printJson(context, { gateway: adapter.health() })
    else context.err.line(line)
  }
  const offs = [agent.onState(tellState), adapter.onChange(tellGateway)]
  return () => {
    for (const off of offs) off()
  }
}

export function linkLine({ err, t }: Pick<CliContext, 'err' | 't'>, state: AgentState): string {
  if (state.status === 'linked') {
    return `${err.paint('green', '●')} ${t('cli:join.linked', { name: cleanLine(state.name), url: state.coordinator_url })}`
  }
  if (!state.problem) return ''
  if (state.status === 'rejected')
    return `${err.paint('red', '✗')} ${cleanLine(state.name)}: ${cleanLine(state.problem.message)}`
  return `${err.paint('yellow', '○')} ${t('cli:join.lost')}: ${cleanLine(state.problem.message)}`
}

export function gatewayLine(
  { err, t }: Pick<CliContext, 'err' | 't'>,
  adapter: Pick<GatewayAdapter, 'health'>,
): string {
  const { state, adapter: name, version = '', problem } = adapter.health()
  if (state === 'ok')
    return `${err.paint('green', '●')} ${t('cli:join.gateway_ok', { adapter: name, version: cleanLine(version) })}`
  const what = problem ? [problem.message, problem.hint ?? ''].join(' ') : t(`common:condition.${conditionOf[state]}`)
  return `${err.paint('yellow', '○')} ${t('cli:join.gateway_problem', { problem: cleanLine(what) })}`
}

/** A line for every node that comes or goes. Returns its unsubscribe. */
export const tellNodes = (
  { err, t }: Pick<CliContext, 'err' | 't'>,
  events: Pick<EventLog, 'subscribe'>,
): (() => void) =>
  events.subscribe((event) => {
    if (event.type !== 'node.online' && event.type !== 'node.offline') return
    const { name, status } = event.data.node
    const mark = status === 'offline' ? err.paint('yellow', '○') : err.paint('green', '●')
    err.line(`${mark} ${cleanLine(name)}: ${t(`common:status.${status}`)}`)
  })

const conditionOf = {
  warming: 'warming',
  down: 'gateway_down',
  draining: 'gateway_draining',
  token_refused: 'token_refused',
  provider_failing: 'provider_failing',
  rate_limited: 'rate_limited',
} as const
