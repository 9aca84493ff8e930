/** What to do after a link has ended or could not be made: dial again, register again, or stop and say why. Pure. */
import type { ErrorBody, ErrorCode, MeshError } from '../../contract/error.ts'
import type { LinkEnd } from './link.ts'
import { unreachable } from './registration.ts'

export interface Verdict {
  /** Dialling again cannot help; a person has to act. */
  readonly stop: boolean
  /** What is of no use any more: the token, or everything this node was. */
  readonly lost?: 'token' | 'identity'
  readonly problem: ErrorBody
}

export interface Situation {
  readonly base: string
  readonly canRegister: boolean
}

const lasting: ReadonlySet<ErrorCode> = new Set([
  'unauthorized',
  'forbidden',
  'invalid_input',
  'node_removed',
  'node_id_in_use',
  'protocol_mismatch',
])

const again = (problem: ErrorBody): Verdict => ({ stop: false, problem })

/** Of a registration that failed. */
export const judgeFailure = (error: MeshError): Verdict => ({
  stop: lasting.has(error.code),
  problem: error.toBody(),
})

export function judgeLinkEnd(end: LinkEnd, { base, canRegister }: Situation): Verdict {
  switch (end.type) {
    case 'unreachable':
      return again(unreachable(base).toBody())
    case 'lost':
      return again({ code: 'coordinator_unreachable', message: `The link to ${base} was lost: ${end.why}.` })
    case 'rejected':
      return end.final || end.error.code === 'unauthorized' ? judgeWord(end.error, canRegister) : again(end.error)
    case 'refused': {
      const { status, error } = end
      if (status === 401) return judgeWord({ code: 'unauthorized', message: 'The token is unknown.' }, canRegister)
      if (status === 410) return judgeWord(error ?? removed, canRegister)
      if (error) return lasting.has(error.code) ? judgeWord(error, canRegister) : again(error)
      return again({
        code: 'coordinator_unreachable',
        message: `${base} answered HTTP ${status} where the link should be.`,
        hint: `Check that ${base} is the address of a claw-mesh coordinator of the same version.`,
      })
    }
  }
}

/** The coordinator's last word, with what the user can do about it where it does not say. */
function judgeWord(error: ErrorBody, canRegister: boolean): Verdict {
  if (error.code === 'unauthorized') {
    return { stop: !canRegister, lost: 'token', problem: canRegister ? error : unknownToken }
  }
  const hint = error.hint ?? hints[error.code]
  const problem = hint === undefined ? error : { ...error, hint }
  return error.code === 'node_removed' ? { stop: true, lost: 'identity', problem } : { stop: true, problem }
}

const removed: ErrorBody = { code: 'node_removed', message: 'This node was removed from the mesh.' }
const unknownToken: ErrorBody = {
  code: 'unauthorized',
  message: 'The coordinator does not know this node any more.',
  hint: 'Run `claw-mesh join` again with the join token that `claw-mesh init` prints on the coordinator.',
}
const hints: Partial<Record<ErrorCode, string>> = {
  node_removed: 'Run `claw-mesh join` again to make this machine a node once more.',
  node_id_in_use:
    'Another agent uses the identity of this node. Stop one of them; on a copied machine run `claw-mesh leave`, then `claw-mesh join`.',
  protocol_mismatch: 'Update claw-mesh here and on the coordinator to the same version.',
}
