/** The end of a run: faults are over, everything has had its time. What must then be true. */
import { hasEnded } from '../../contract/message.ts'
import type { SimCoordinator } from './sim-coordinator.ts'
import type { SimNode } from './sim-node.ts'
import type { Users } from './users.ts'
import { isGivenUp } from './witness.ts'
import type { World } from './world.ts'

/** Nothing is under way any more; asked after every event, so the cheap questions come first. */
export function isAtPeace(
  { witness }: World,
  coordinator: SimCoordinator,
  nodes: readonly SimNode[],
  users: Users,
): boolean {
  if (users.unanswered > 0 || !coordinator.services) return false
  for (const node of nodes) if (!node.linked || !node.running || node.holdsResults) return false
  for (const { message } of coordinator.disk.messages.values()) {
    if (!isGivenUp(message)) return false
    if (hasEnded(message.state) && witness.turnsOf(message.id).some(({ state }) => state === 'running')) return false
  }
  return coordinator.services.nodes.list().every(({ in_flight, status }) => in_flight === 0 && status !== 'offline')
}

/** Says what keeps a run from peace, and that nobody was told of a message that is not there. */
export async function checkPeace(
  { witness }: World,
  coordinator: SimCoordinator,
  nodes: readonly SimNode[],
  users: Users,
): Promise<void> {
  const { services, disk } = coordinator
  const broken = (promise: string, what: string): void => witness.broken(promise, what)
  if (!services) {
    broken('the coordinator comes back', 'it is not there at the end')
    return
  }
  for (const id of witness.acknowledged)
    if (!disk.messages.has(id)) broken('acknowledged is never lost', `${id} is not on disk`)
  if (users.unanswered > 0) broken('every request is answered', `${users.unanswered} are not`)
  for (const { message } of disk.messages.values()) {
    const { id, state } = message
    if (!isGivenUp(message)) broken('every message ends', `${id} is still ${state}`)
    const goesOn = witness.turnsOf(id).find((turn) => turn.state === 'running')
    if (goesOn && hasEnded(state)) broken('what ended is stopped', `${id} is ${state}, ${goesOn.run_id} still runs`)
  }
  for (const node of nodes) {
    if (!node.linked) broken('nodes come back', `${node.id} is not linked`)
    const kept = [...node.journal.tables.attempts.keys()]
    if (node.holdsResults) broken('every result is fetched', `${node.id} still holds ${kept.join(', ')}`)
  }
  for (const { id, in_flight, status } of services.nodes.list()) {
    if (in_flight > 0) broken('slots are given back', `${in_flight} are taken on ${id}`)
    if (status === 'offline') broken('nodes come back', `${id} is offline`)
  }
}
