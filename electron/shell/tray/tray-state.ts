/** What the tray knows of the mesh, and which of the five icons says it. Pure. */
import type { DesktopState } from '../../../shared/contract/desktop.ts'
import type { MeshNode } from '../../../shared/contract/node.ts'

export type TrayNode = Pick<MeshNode, 'id' | 'name' | 'status' | 'condition'>

/** The mesh as last heard; undefined while nothing could be read. */
export interface MeshView {
  readonly nodes: readonly TrayNode[]
  readonly waiting: number
  readonly running: number
  /** Interrupted messages that wait for a person to say what becomes of them. */
  readonly decisions: number
}

export interface TrayState {
  readonly desktop: DesktopState
  readonly mesh: MeshView | undefined
}

export type TrayIcon = 'idle' | 'ok' | 'busy' | 'attention' | 'offline'

const needsAPerson = new Set<string>(['token_refused', 'gateway_down', 'provider_failing'])

export function trayIcon({ desktop, mesh }: TrayState): TrayIcon {
  const { host, join } = desktop
  if (host.problem || join.status === 'rejected' || (join.problem && join.status === 'off')) return 'attention'
  if (!host.on && join.mode === 'off') return 'idle'
  if (join.mode === 'remote' && join.status !== 'linked') return 'offline'
  if (mesh && (mesh.decisions > 0 || mesh.nodes.some((node) => needsAPerson.has(node.condition)))) return 'attention'
  return mesh && mesh.running > 0 ? 'busy' : 'ok'
}
