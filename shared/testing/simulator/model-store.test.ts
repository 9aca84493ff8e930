import { fakeClock } from '../fake-clock.ts'
import { describeStore } from '../store-conformance.ts'
import { ModelDisk } from './model-disk.ts'
import { ModelStore } from './model-store.ts'

// What the simulator runs on must behave as the store it stands for.
describeStore('ModelStore', async () => {
  const clock = fakeClock()
  const disk = new ModelDisk()
  const open = (): ModelStore => new ModelStore({ disk, clock, soon: (commit) => void setImmediate(commit) })
  let current = open()
  return {
    store: current,
    clock,
    reopen: async () => {
      await current.close()
      current = open()
      return current
    },
    dispose: () => current.close(),
  }
})
