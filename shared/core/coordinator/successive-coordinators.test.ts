import { expect, it } from 'vitest'
import type { MeshEvent } from '../../contract/event.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { silentLog } from '../platform/log.ts'
import { SuccessiveCoordinators } from './successive-coordinators.ts'

class FakeCoordinator {
  readonly url = 'http://127.0.0.1:9180'
  readonly port = 9_180
  stopped = 0
  readonly #listeners = new Set<(event: MeshEvent) => void>()
  readonly services = {
    events: {
      subscribe: (listener: (event: MeshEvent) => void) => {
        this.#listeners.add(listener)
        return () => void this.#listeners.delete(listener)
      },
    },
  }
  readonly damage: () => void
  constructor(damage: () => void) {
    this.damage = damage
  }
  tell(event: MeshEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
  async stop(): Promise<void> {
    this.stopped += 1
  }
}

function rig({ failures = 0 } = {}) {
  const clock = fakeClock()
  const started: FakeCoordinator[] = []
  const ports: (number | undefined)[] = []
  let failing = failures
  const coordinators = new SuccessiveCoordinators({
    clock,
    log: silentLog,
    start: async (port, onDamaged) => {
      ports.push(port)
      if (started.length > 0 && failing-- > 0) throw new Error('not yet')
      started.push(new FakeCoordinator(onDamaged))
      return started.at(-1)!
    },
  })
  return { clock, coordinators, started, ports }
}

it('starts another on the same port when the database of the first is damaged, and tells of its events', async () => {
  const { clock, coordinators, started, ports } = rig()
  const told: MeshEvent[] = []
  coordinators.subscribe((event) => told.push(event))
  await coordinators.start()
  started[0]!.damage()
  await clock.settle()
  expect([started[0]!.stopped, ports]).toEqual([1, [undefined, 9_180]])
  const event = { seq: 1 } as MeshEvent
  started[1]!.tell(event)
  expect(told).toEqual([event])
  await coordinators.stop()
  expect(started[1]!.stopped).toBe(1)
})

it('goes on trying when the other one does not start, until it is stopped', async () => {
  const { clock, coordinators, started, ports } = rig({ failures: 3 })
  await coordinators.start()
  started[0]!.damage()
  await clock.advance(2_000)
  expect([started.length, ports.length]).toEqual([1, 4])
  await coordinators.stop()
  await clock.advance(10_000)
  expect([started.length, ports.length, clock.pending]).toEqual([1, 4, 0])
})

it('starts none after it was stopped', async () => {
  const { clock, coordinators, started } = rig()
  await coordinators.start()
  await coordinators.stop()
  started[0]!.damage()
  await clock.settle()
  expect(started).toHaveLength(1)
})
