/** What is wrong, from facts that were gathered: faults first, the likeliest cause of trouble before the others. Pure. */
import type { ErrorBody } from '../contract/error.ts'
import type { GatewayReport, MeshNode } from '../contract/node.ts'
import type { SettingsWarning } from '../core/settings/settings-document.ts'
import { diskFaults } from './diagnose-disk.ts'
import { type MessageFacts, messageFaults } from './diagnose-messages.ts'
import { nodeFaults } from './diagnose-nodes.ts'
import { fault, type FaultCode, fine, type Finding, type Values } from './finding.ts'
import type { DiskFacts } from './local-faults.ts'

export interface Facts {
  readonly nodeVersion: string
  readonly folder: string
  readonly settingsFile: string
  readonly settingsWarnings: readonly SettingsWarning[]
  readonly initialised: boolean
  /** Secret files that are there and cannot be read. */
  readonly unreadable: readonly string[]
  readonly pageBuilt: boolean
  /** The user named a coordinator elsewhere: this machine needs none of its own. */
  readonly remote: boolean
  readonly coordinator: CoordinatorFact
  readonly gateway: GatewayReport | { readonly missing: ErrorBody }
  /** Undefined when the coordinator could not be asked. */
  readonly nodes: readonly MeshNode[] | undefined
  readonly disk: DiskFacts
  /** Messages that stand still; undefined when the coordinator could not be asked. */
  readonly messages: MessageFacts | undefined
  /** Milliseconds since 1970, here. */
  readonly now: number
}

export type CoordinatorFact =
  | { readonly state: 'up'; readonly url: string; readonly version: string }
  | { readonly state: 'not_ready'; readonly url: string; readonly failing: readonly string[] }
  | { readonly state: 'not_running' }
  /** Not ours: another program holds the port ours would use. */
  | { readonly state: 'port_taken'; readonly port: number }
  | { readonly state: 'unreachable'; readonly url: string }
  | { readonly state: 'token_refused'; readonly url: string }

/** Oldest Node.js that has what the store needs. */
const needed = [24, 16] as const

export function diagnose(facts: Facts): Finding[] {
  const all = [
    setUp(facts),
    ...diskFaults(facts.disk),
    coordinator(facts),
    ...facts.unreadable.map((file) => fault('token_unreadable', { file }, `chmod 600 "${file}"`)),
    gateway(facts),
    ...nodes(facts),
    ...messageFaults(facts.messages, facts.now),
    ...settings(facts),
    facts.pageBuilt ? fine('page', {}) : fault('page_not_built', {}, 'npm run build'),
    nodeVersion(facts.nodeVersion),
  ].filter((finding) => finding !== undefined)
  return [...all.filter((finding) => !finding.ok), ...all.filter((finding) => finding.ok)]
}

function setUp(facts: Facts): Finding | undefined {
  if (facts.remote) return undefined
  return facts.initialised || facts.unreadable.length > 0
    ? fine('set_up', { folder: facts.folder })
    : fault('not_initialised', {}, 'claw-mesh init')
}

function coordinator({ coordinator: found, initialised, remote }: Facts): Finding | undefined {
  switch (found.state) {
    case 'up':
      return fine('coordinator', { version: found.version, url: found.url })
    case 'not_ready':
      if (found.failing.includes('disk_full')) return fault('disk_full', { url: found.url }, 'df -h')
      return fault('coordinator_not_ready', { failing: found.failing.join(', ') }, 'claw-mesh status')
    case 'port_taken':
      return fault('port_taken', { port: found.port }, `claw-mesh up --port ${found.port + 1}`)
    case 'unreachable':
      return fault('coordinator_unreachable', { url: found.url }, 'claw-mesh up')
    case 'token_refused':
      return fault(
        'token_refused',
        { url: found.url },
        remote
          ? 'CLAW_MESH_TOKEN=<token> claw-mesh doctor --coordinator <url>'
          : 'unset CLAW_MESH_TOKEN; claw-mesh status',
      )
    case 'not_running':
      return initialised ? fault('coordinator_not_running', {}, 'claw-mesh up') : undefined
  }
}

function gateway({ gateway: found, nodes: list }: Facts): Finding | undefined {
  if ('missing' in found) {
    // A coordinator whose nodes are elsewhere needs no gateway beside it.
    if (list?.some(({ status }) => status !== 'offline') === true) return undefined
    return advised('gateway_not_found', found.missing, 'claw-mesh join --gateway-url http://127.0.0.1:11434/v1')
  }
  switch (found.state) {
    case 'ok':
      return fine('gateway', { adapter: found.adapter, version: found.version ?? '' })
    case 'token_refused':
      return advised('gateway_token_refused', found.problem, 'openclaw config get gateway.auth.token')
    case 'down':
      return advised('gateway_down', found.problem, 'openclaw gateway')
    case 'warming':
    case 'draining':
      return advised('gateway_busy', found.problem, 'claw-mesh doctor')
    case 'provider_failing':
    case 'rate_limited':
      return advised('provider_failing', found.problem, 'openclaw models list')
  }
}

/** A fault whose problem brings its own advice: the first command in it is the one that mends. */
function advised(code: FaultCode, problem: ErrorBody | undefined, usual: string, values: Values = {}): Finding {
  const command = /`([^`]+)`/.exec(problem?.hint ?? '')?.[1] ?? usual
  const advice = problem?.hint === undefined ? {} : { advice: problem.hint }
  return { ...fault(code, { ...values, problem: problem?.message ?? '' }, command), ...advice }
}

function nodes({ nodes: list, now }: Facts): Finding[] {
  if (!list) return []
  if (list.length === 0) return [fault('no_nodes', {}, 'claw-mesh join')]
  const troubled = list.flatMap((node) =>
    node.status !== 'offline' && node.gateway.problem
      ? [advised('node_problem', node.gateway.problem, 'claw-mesh nodes', { name: node.name })]
      : [],
  )
  const online = list.filter(({ status }) => status !== 'offline').length
  return [...troubled, ...nodeFaults(list, now), fine('nodes', { online, total: list.length })]
}

function settings({ settingsFile, settingsWarnings }: Facts): Finding[] {
  if (settingsWarnings.length === 0) return [fine('settings', { file: settingsFile })]
  return settingsWarnings.map(({ line, text }) =>
    fault('settings_invalid', { file: settingsFile, line, problem: text }, `\${EDITOR:-vi} +${line} "${settingsFile}"`),
  )
}

function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > needed[0] || (major === needed[0] && minor >= needed[1])
  return enough ? fine('node', { version }) : fault('node_too_old', { version }, 'https://nodejs.org/')
}
