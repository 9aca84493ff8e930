import { describe, expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { readiness } from './gateway-probe.ts'
import { loadOf, reportOf, type Seen, skillsOf } from './openclaw-report.ts'
import { retryDelay } from './rpc-connection.ts'
import { gatewayDown, refusal } from './rpc-errors.ts'

const up = { up: true, version: '2026.9.6', boot_id: 'b' } as const
const down = (error: MeshError) => ({ up: false, error }) as const
const tokenRefused = refusal('connect', {
  code: 'INVALID_REQUEST',
  message: 'no',
  details: { code: 'AUTH_TOKEN_MISMATCH' },
})
const starting = refusal('connect', { code: 'UNAVAILABLE', message: 'no', details: { reason: 'startup-sidecars' } })
const trouble = (code: 'provider_failing' | 'provider_rate_limited') => new MeshError(code, 'x')

describe('the state', () => {
  it.each<[string, Partial<Seen>, string]>([
    ['ok', {}, 'ok'],
    ['draining, by its probe', { readiness: 'draining' }, 'draining'],
    ['warming, by its probe', { readiness: 'warming', link: down(gatewayDown('x')) }, 'warming'],
    ['warming, by its refusal', { link: down(starting), readiness: 'unreachable' }, 'warming'],
    ['down', { link: down(gatewayDown('x')), readiness: 'unreachable' }, 'down'],
    ['token_refused', { link: down(tokenRefused) }, 'token_refused'],
    ['provider_failing', { trouble: trouble('provider_failing') }, 'provider_failing'],
    ['rate_limited', { trouble: trouble('provider_rate_limited') }, 'rate_limited'],
    [
      'token_refused rather than an old provider’s failure',
      { link: down(tokenRefused), trouble: trouble('provider_failing') },
      'token_refused',
    ],
  ])('is %s', (_what, seen, state) => {
    expect(reportOf({ link: up, readiness: 'ready', trouble: undefined, ...seen }).state).toBe(state)
  })

  it('has a problem with a hint whenever it is not ok', () => {
    expect(reportOf({ link: down(tokenRefused), readiness: 'ready', trouble: undefined }).problem?.hint).toBeTruthy()
    expect(reportOf({ link: up, readiness: 'ready', trouble: undefined })).not.toHaveProperty('problem')
  })
})

it('reads the probe: only starting and draining count against a gateway', () => {
  const failing = (...reasons: string[]) => readiness(JSON.stringify({ ready: false, failing: reasons }))
  expect([failing('startup-sidecars'), failing('gateway-draining'), failing('channel:telegram')]).toEqual([
    'warming',
    'draining',
    'ready',
  ])
  expect([readiness('<html>'), readiness('{}')]).toEqual(['unreachable', 'unreachable'])
})

it('counts running, queued and slots of the main lane and the turns that wait in sessions', () => {
  const lane = { activeCount: 8, queuedCount: 4, maxConcurrent: 8 }
  expect(
    loadOf({
      lanes: [
        { lane: 'cron', ...lane },
        { lane: 'main', ...lane },
      ],
      dynamic: { queuedCount: 2 },
    }),
  ).toEqual({
    running: 8,
    queued: 6,
    slots: 8,
  })
  expect(loadOf({ lanes: [], dynamic: { queuedCount: 0 } })).toBeUndefined()
})

it('knows the slots of a gateway that has not run a turn yet', () => {
  const lanes = [{ lane: 'main', activeCount: 0, queuedCount: 0, maxConcurrent: 8 }]
  expect(loadOf({ lanes, dynamic: null })).toEqual({ running: 0, queued: 0, slots: 8 })
})

it('lists eligible skills with everything they ask for, once', () => {
  const requirements = { bins: ['ffmpeg'], anyBins: ['ffmpeg', 'avconv'], os: ['linux'] }
  expect(
    skillsOf({
      skills: [
        { name: 'video', eligible: true, requirements },
        { name: 'blocked', eligible: true, blockedByAllowlist: true },
      ],
    }),
  ).toEqual([{ name: 'video', description: '', bundled: false, requires: ['ffmpeg', 'avconv', 'linux'] }])
})

it('dials again within 2 s, and slowly where a person has to act', () => {
  expect([0, 1, 5, 50].map((failures) => retryDelay(failures, gatewayDown('x'), 1))).toEqual([200, 400, 2_000, 2_000])
  expect(retryDelay(0, gatewayDown('x'), 0)).toBe(150)
  expect(retryDelay(0, tokenRefused, 0)).toBe(3_000)
})
