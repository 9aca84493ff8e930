/** Where claw-mesh keeps its files on this machine. `CLAW_MESH_HOME` moves everything into one folder. */
import path from 'node:path'
import envPaths from 'env-paths'

export interface Home {
  /** settings.yaml lives here. */
  readonly config: string
  /** Databases, tokens, runtime file. */
  readonly data: string
  readonly log: string
}

export function findHome(env: Readonly<Record<string, string | undefined>>): Home {
  const moved = env['CLAW_MESH_HOME']
  if (moved) {
    const root = path.resolve(moved)
    return { config: root, data: path.join(root, 'data'), log: path.join(root, 'log') }
  }
  const usual = envPaths('claw-mesh', { suffix: '' })
  return { config: usual.config, data: usual.data, log: usual.log }
}

export const files = (home: Home) => ({
  settings: path.join(home.config, 'settings.yaml'),
  adminToken: path.join(home.data, 'admin.token'),
  joinToken: path.join(home.data, 'join.token'),
  passwordHash: path.join(home.data, 'password.hash'),
  /** Written while a coordinator runs: its pid and URL, for the command on the same machine. */
  running: path.join(home.data, 'coordinator.json'),
  coordinatorDb: path.join(home.data, 'coordinator.db'),
  agentDir: path.join(home.data, 'agent'),
})
