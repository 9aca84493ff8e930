/** A node agent on this machine, ready to start: what the command and the desktop app share. */
import type { GatewayAdapter } from '../gateway/adapter.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { compileChecks } from '../platform/compiled-checks.ts'
import { makePrivateDir } from '../platform/files.ts'
import type { SetAside } from '../storage/set-aside.ts'
import type { Log } from '../platform/log.ts'
import { machineName } from '../platform/machine-name.ts'
import { thisBoot } from './host-boot-id.ts'
import { openIdentity } from './identity.ts'
import { openJournal } from './journal.ts'
import { loadSourcesHere, type MachineLoad, watchMachineLoad } from './machine-load.ts'
import { createMachineProbe, gpusHere, type MachineProbe, toolsHere } from './machine-probe.ts'
import { NodeAgent } from './node-agent.ts'
import { proposeNodeId, readMachineId } from './proposed-id.ts'

export interface OpenAgentOptions {
  /** The agent's own folder; one agent at a time. */
  readonly dir: string
  readonly coordinatorUrl: string
  readonly joinToken?: string | undefined
  /** Empty: the machine's host name. */
  readonly name: string
  readonly tags: readonly string[]
  readonly version: string
  readonly adapter: GatewayAdapter
  readonly log: Log
  /** Its journal was damaged, at the start or later: it was set aside. */
  readonly onSetAside?: ((setAside: SetAside) => void) | undefined
  readonly clock?: Clock | undefined
  /** What the machine is and how busy; asked of this machine unless given, as the demo does. */
  readonly machine?: { readonly probe: MachineProbe; readonly load: () => MachineLoad } | undefined
}

/** Throws already_running when another agent has the folder, store_newer, store_failed. `stop()` of the agent closes it all. */
export async function openAgent(options: OpenAgentOptions): Promise<NodeAgent> {
  const { dir, coordinatorUrl, joinToken, name, tags, version, adapter, log, clock = systemClock } = options
  compileChecks()
  await makePrivateDir(dir)
  const machine = options.machine ?? {
    probe: createMachineProbe({ clock, log, tools: toolsHere, gpus: gpusHere(clock) }),
    load: watchMachineLoad({ clock, log, sources: loadSourcesHere }),
  }
  return new NodeAgent({
    coordinatorUrl,
    joinToken,
    name: name || machineName(),
    tags,
    version,
    adapter,
    journal: await openJournal({ dir, clock, log, onSetAside: options.onSetAside }),
    identity: openIdentity({ dir, clock, log }),
    proposedId: async () => proposeNodeId(await readMachineId(machineName()), dir),
    hostBootId: (kept) => thisBoot(clock.now(), kept),
    probe: machine.probe,
    machineLoad: machine.load,
    clock,
    log,
    random: Math.random,
  })
}
