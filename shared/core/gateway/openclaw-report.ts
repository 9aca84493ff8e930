/** How an OpenClaw gateway stands, and its load and skills, from what was seen of it. Pure. */
import type { SkillDetail } from '../../contract/capabilities.ts'
import type { MeshError } from '../../contract/error.ts'
import type { GatewayReport } from '../../contract/node.ts'
import type { GatewayLoad } from './adapter.ts'
import type { Readiness } from './gateway-probe.ts'
import type { LinkState } from './rpc-connection.ts'
import { refusal } from './rpc-errors.ts'
import type { LanesReply, SkillsReply } from './rpc-frames.ts'

export interface Seen {
  readonly link: LinkState
  readonly readiness: Readiness
  /** Last failure of the model's provider, while it counts. */
  readonly trouble: MeshError | undefined
}

export function reportOf({ link, readiness, trouble }: Seen): GatewayReport {
  const report = (state: GatewayReport['state'], problem?: MeshError): GatewayReport => ({
    adapter: 'openclaw-rpc',
    state,
    ...(link.up ? { version: link.version } : {}),
    ...(problem ? { problem: problem.toBody() } : {}),
  })
  const refused = (reason: string) => refusal('connection', { code: 'UNAVAILABLE', message: '', details: { reason } })
  const isDraining = !link.up && link.error.code === 'gateway_draining' && readiness !== 'unreachable'
  if (readiness === 'draining' || isDraining) return report('draining', refused('gateway-draining'))
  const isWarming = !link.up && String(link.error.details?.['gateway_code']).startsWith('startup-')
  if (readiness === 'warming' || isWarming) return report('warming', refused('startup-sidecars'))
  if (!link.up) return report(link.error.code === 'gateway_token_refused' ? 'token_refused' : 'down', link.error)
  if (trouble) return report(trouble.code === 'provider_rate_limited' ? 'rate_limited' : 'provider_failing', trouble)
  return report('ok')
}

/** Exact, work that did not come through the mesh included; a session's waiting turns are in the dynamic lanes. */
export function loadOf({ lanes, dynamic }: LanesReply): GatewayLoad | undefined {
  const main = lanes.find(({ lane }) => lane === 'main')
  if (!main) return undefined
  return {
    running: main.activeCount,
    queued: main.queuedCount + (dynamic?.queuedCount ?? 0),
    slots: main.maxConcurrent,
  }
}

export function skillsOf({ skills }: SkillsReply): SkillDetail[] {
  return skills
    .filter(({ name, eligible, disabled, blockedByAllowlist }) => name && eligible && !disabled && !blockedByAllowlist)
    .slice(0, 1_000)
    .map(({ name, description, bundled, requirements }) => ({
      name: name.slice(0, 128),
      description: (description ?? '').slice(0, 2_000),
      bundled: bundled ?? false,
      requires: requiresOf(requirements),
    }))
}

function requiresOf(requirements: SkillsReply['skills'][number]['requirements']): string[] {
  const { bins = [], anyBins = [], env = [], config = [], os = [] } = requirements ?? {}
  const words = [...bins, ...anyBins, ...env, ...config, ...os].filter(Boolean).map((word) => word.slice(0, 128))
  return [...new Set(words)].slice(0, 64)
}
