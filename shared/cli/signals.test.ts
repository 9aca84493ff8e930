import { expect, it } from 'vitest'
import { perPress, type Stop, stopSignal } from './signals.ts'
import { fakeSignals } from './testing/fakes.ts'

it('aborts at the first signal and listens until it is done', () => {
  const signals = fakeSignals()
  const { signal, done } = stopSignal(signals)
  signals.raise('SIGTERM')
  expect(signal.aborted).toBe(true)
  expect(signals.listeners).toBe(1)
  done()
  expect(signals.listeners).toBe(0)
})

it('ends at once at the second Ctrl-C, but not when the terminal goes away meanwhile', () => {
  let quits = 0
  const signals = {
    ...fakeSignals(),
    quit: () => {
      quits++
    },
  }
  stopSignal(signals)
  signals.raise('SIGINT')
  signals.raise('SIGHUP')
  signals.raise('SIGTERM')
  expect(quits).toBe(0)
  signals.raise('SIGINT')
  expect(quits).toBe(1)
})

it('takes the echoes of one Ctrl-C for one press, and a later one for a second', () => {
  let now = 0
  const heard: Stop[] = []
  const listen = perPress(
    (signal) => heard.push(signal),
    () => now,
  )
  for (const [at, signal] of [
    [0, 'SIGINT'],
    [3, 'SIGINT'],
    [400, 'SIGINT'],
    [450, 'SIGTERM'],
    [501, 'SIGINT'],
  ] as const) {
    now = at
    listen(signal)
  }
  expect(heard).toEqual(['SIGINT', 'SIGTERM', 'SIGINT'])
})
