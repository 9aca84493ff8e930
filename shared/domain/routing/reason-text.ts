/** English for one reason of a verdict; it follows the node's name: “mac-mini” “lacks gpu”. */
import type { Reason } from '../../contract/decision.ts'
import type { Condition } from '../../contract/node.ts'

/** `at`: when it is said; a time of the same day is told without its date. */
export function reasonText(reason: Reason, at?: string): string {
  const { detail } = reason
  const aside = detail === undefined ? '' : ` (${detail})`
  switch (reason.code) {
    case 'addressed':
      return 'was asked for'
    case 'own_node':
      return 'is to try it again'
    case 'only_candidate':
      return detail === undefined ? 'is the only node that can take it now' : `is the only node with ${detail}`
    case 'least_busy':
      return `is the least busy${aside}`
    case 'pinned':
      return 'has the conversation'
    case 'tie_break':
      return detail === undefined ? 'is as idle as another; the tie came here' : `is as idle; the tie went to ${detail}`
    case 'busier':
      return `is busier${aside}`
    case 'not_pinned':
      return detail === undefined ? 'does not have the conversation' : `does not have the conversation; ${detail} has`
    case 'not_addressed':
      return detail === undefined ? 'was not asked for' : `was not asked for; ${detail} was`
    case 'not_own_node':
      return detail === undefined ? 'did not fail it' : `did not fail it; ${detail} did and tries it again`
    case 'lacks':
      return `lacks ${reason.need ?? 'something'}${reason.have === undefined ? '' : ` (has ${reason.have})`}`
    case 'offline':
      return reason.since === undefined ? 'is offline' : `is offline since ${timeText(reason.since, at)}`
    case 'condition':
      return conditionText[reason.condition ?? 'ok']
    case 'no_free_slot':
      return `has no free slot${aside}`
    case 'excluded':
      return `just failed with this message${aside}`
    case 'refused':
      return `just refused this message${aside}`
  }
}

const conditionText: Record<Condition, string> = {
  ok: 'is well',
  warming: 'is getting ready',
  gateway_down: 'cannot reach its gateway',
  gateway_draining: 'has a gateway that is shutting down',
  token_refused: 'has a gateway that refuses its token',
  provider_failing: 'has a failing model provider',
  rate_limited: 'is rate-limited by its model provider',
  paused: 'is paused',
  draining: 'is finishing its work and takes no more',
  disabled: 'is disabled',
  breaker_open: 'has failed too often lately',
  half_open: 'is being tried again',
}

/** `14:02 UTC`, with the date in front on another day. A window shows local time from the reason's `since` instead. */
function timeText(since: string, at: string | undefined): string {
  const time = `${since.slice(11, 16)} UTC`
  return since.slice(0, 10) === at?.slice(0, 10) ? time : `${since.slice(0, 10)} ${time}`
}
