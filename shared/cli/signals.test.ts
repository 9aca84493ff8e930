import { expect, it } from 'vitest'
import { stopSignal } from './signals.ts'
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
