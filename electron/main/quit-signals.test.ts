import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { onePressMs, onQuitSignals } from './quit-signals.ts'

function setUp() {
  const process = new EventEmitter()
  const done: string[] = []
  let now = 0
  onQuitSignals({
    on: (signal, listener) => process.on(signal, listener),
    now: () => now,
    quit: () => done.push('quit'),
    quitNow: () => done.push('quit now'),
  })
  return { done, raise: (signal: NodeJS.Signals) => process.emit(signal), pass: (ms: number) => void (now += ms) }
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('quits in order at the first %s', (signal) => {
  const { done, raise } = setUp()
  raise(signal)
  expect(done).toEqual(['quit'])
})

it('takes one press that arrives three times for one', () => {
  const { done, raise, pass } = setUp()
  raise('SIGINT')
  raise('SIGINT')
  pass(onePressMs - 1)
  raise('SIGTERM')
  expect(done).toEqual(['quit'])
})

it('ends at once at the second press, whichever signal it is', () => {
  const { done, raise, pass } = setUp()
  raise('SIGINT')
  pass(onePressMs)
  raise('SIGTERM')
  expect(done).toEqual(['quit', 'quit now'])
})
