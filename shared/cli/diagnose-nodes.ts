/** What is wrong with the nodes together: nobody takes messages, somebody is long gone, clocks disagree. Pure. */
import type { MeshNode } from '../contract/node.ts'
import { fault, type Finding } from './finding.ts'

const longMs = 24 * 3_600_000
const clockMs = 2 * 60_000
const withheld: readonly MeshNode['condition'][] = ['paused', 'draining', 'disabled']

export function nodeFaults(nodes: readonly MeshNode[], now: number): Finding[] {
  return [...unavailable(nodes), ...clocks(nodes, now), ...longOffline(nodes, now)]
}

function unavailable(nodes: readonly MeshNode[]): Finding[] {
  const online = nodes.filter(({ status }) => status !== 'offline')
  const names = (list: readonly MeshNode[]): string => list.map(({ name }) => name).join(', ')
  if (online.length === 0) return [fault('all_offline', { names: names(nodes) }, 'claw-mesh join')]
  if (!online.every(({ condition }) => withheld.includes(condition))) return []
  const [first] = online
  const again = first?.condition === 'paused' ? 'resume' : 'enable'
  return [fault('nodes_unavailable', { names: names(online) }, `claw-mesh nodes ${again} "${first?.name ?? ''}"`)]
}

/** The coordinator's clock dates a heartbeat, which is seconds old for a node that is online. */
function clocks(nodes: readonly MeshNode[], now: number): Finding[] {
  const heard = nodes.flatMap(({ status, last_heartbeat: at }) =>
    status === 'offline' || at === null ? [] : [Date.parse(at) - now],
  )
  const apart = Math.max(...heard)
  if (heard.length === 0 || Math.abs(apart) < clockMs) return []
  return [fault('clock_off', { minutes: Math.round(Math.abs(apart) / 60_000) }, 'timedatectl set-ntp true')]
}

function longOffline(nodes: readonly MeshNode[], now: number): Finding[] {
  return nodes.flatMap(({ name, status, status_since }) => {
    const goneMs = now - Date.parse(status_since)
    if (status !== 'offline' || goneMs < longMs) return []
    return [
      fault('node_long_offline', { name, hours: Math.floor(goneMs / 3_600_000) }, `claw-mesh nodes kick "${name}"`),
    ]
  })
}
