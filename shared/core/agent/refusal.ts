/** Why this node would turn down an offer now, as the typed error the coordinator is told. Pure. */
import type { ErrorBody, ErrorCode } from '../../contract/error.ts'
import type { GatewayReport, GatewayState } from '../../contract/node.ts'

export interface Standing {
  readonly paused: boolean
  /** As many attempts and results are held as may be. */
  readonly full: boolean
  /** Why the journal cannot be written: what cannot be recorded must not begin. */
  readonly journal: ErrorBody | undefined
  readonly gateway: GatewayReport
}

/**
 * States in which a turn could not even begin. A model provider that failed before may work now, and only a turn can
 * tell: whether to try one is the coordinator's to decide.
 */
const unusable: Partial<Record<GatewayState, { readonly code: ErrorCode; readonly message: string }>> = {
  warming: { code: 'gateway_down', message: 'The gateway of this node is still starting.' },
  down: { code: 'gateway_down', message: 'The gateway of this node does not answer.' },
  draining: { code: 'gateway_draining', message: 'The gateway of this node is stopping or restarting.' },
  token_refused: { code: 'gateway_token_refused', message: 'The gateway of this node refuses its token.' },
}

export function refusal({ paused, full, journal, gateway }: Standing): ErrorBody | undefined {
  if (paused) return { code: 'draining', message: 'The owner of this node has paused it.' }
  if (full) return { code: 'queue_full', message: 'This node holds as many attempts and results as it can.' }
  if (journal) return journal
  const why = unusable[gateway.state]
  return why && (gateway.problem ?? why)
}
