import { expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { judgeFailure, judgeLinkEnd } from './judge.ts'
import type { LinkEnd } from './link.ts'

const base = 'http://localhost:9180'
const judge = (end: LinkEnd, canRegister = true) => judgeLinkEnd(end, { base, canRegister })

it('dials again after anything that may pass', () => {
  const ends: LinkEnd[] = [
    { type: 'unreachable', cause: new Error('ECONNREFUSED') },
    { type: 'lost', why: 'closed with code 1012' },
    { type: 'rejected', error: { code: 'draining', message: 'Restarting.' }, final: false },
    { type: 'refused', status: 503, error: { code: 'draining', message: 'Restarting.' } },
    { type: 'refused', status: 502, error: undefined },
    { type: 'refused', status: 429, error: { code: 'rate_limited', message: 'Slow down.' } },
  ]
  for (const end of ends) expect(judge(end)).toMatchObject({ stop: false })
})

it('names the address when something else answers there', () => {
  expect(judge({ type: 'refused', status: 404, error: undefined }).problem).toMatchObject({
    code: 'coordinator_unreachable',
    message: expect.stringContaining('404') as string,
    hint: expect.stringContaining(base) as string,
  })
})

it('registers again for an unknown token when it can, else asks the user', () => {
  const unknown: LinkEnd = { type: 'refused', status: 401, error: undefined }
  expect(judge(unknown, true)).toMatchObject({ stop: false, lost: 'token' })
  expect(judge(unknown, false)).toMatchObject({ stop: true, lost: 'token', problem: { code: 'unauthorized' } })
})

it('stops for good when the node was removed, whether or not the answer says why', () => {
  expect(judge({ type: 'refused', status: 410, error: undefined })).toMatchObject({ stop: true, lost: 'identity' })
  const error = { code: 'node_removed' as const, message: 'Removed.' }
  expect(judge({ type: 'rejected', error, final: true })).toMatchObject({ stop: true, lost: 'identity' })
})

it('keeps the coordinator’s own hint', () => {
  const error = { code: 'protocol_mismatch' as const, message: 'Too old.', hint: 'Install 0.3.' }
  expect(judge({ type: 'rejected', error, final: true }).problem.hint).toBe('Install 0.3.')
})

it('stops registering only for what a person has to mend', () => {
  expect(judgeFailure(new MeshError('unauthorized', 'No.')).stop).toBe(true)
  expect(judgeFailure(new MeshError('coordinator_unreachable', 'No.')).stop).toBe(false)
  expect(judgeFailure(new MeshError('store_failed', 'No.')).stop).toBe(false)
})
