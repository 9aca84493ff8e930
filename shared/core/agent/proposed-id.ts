/** The id a machine asks for: the same after a reinstall, another for a second data folder. */
import machine from 'node-machine-id'
import { sha256Hex } from '../platform/ids.ts'

export const proposeNodeId = (machineId: string, dataDir: string): string =>
  `node-${sha256Hex(JSON.stringify([machineId, dataDir])).slice(0, 16)}`

/** The operating system's id of this machine; the host name where there is none (containers without a machine id). */
export async function readMachineId(hostname: string): Promise<string> {
  try {
    return (await machine.machineId()) || hostname
  } catch {
    return hostname
  }
}
