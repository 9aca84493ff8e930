/** Finds the coordinator a command speaks to and the token it shows there. The admin token of this machine never goes elsewhere. */
import { MeshError } from '../contract/error.ts'
import { coordinatorBase } from '../core/agent/coordinator-url.ts'
import { type MeshHttp, openHttp } from '../core/client/http-client.ts'
import { sameCoordinator } from '../core/client/same-coordinator.ts'
import { files } from '../core/platform/home.ts'
import { readRunning } from '../core/settings/running-file.ts'
import { readSecret } from '../core/settings/secrets.ts'
import type { CliContext } from './context.ts'

export interface Connection extends MeshHttp {
  readonly token: string
}

type Needs = Pick<CliContext, 'home' | 'coordinator' | 'token' | 'settings'>

export async function connect(context: Needs): Promise<Connection> {
  const { url, token } = await findCoordinator(context)
  return { ...openHttp({ url, token }), token }
}

export async function findCoordinator(context: Needs): Promise<{ readonly url: string; readonly token: string }> {
  const places = files(context.home)
  const local = (await readRunning(places.running))?.url
  const named = context.coordinator === undefined ? undefined : coordinatorBase(context.coordinator)
  if (context.token !== undefined) {
    return { url: named ?? local ?? `http://127.0.0.1:${context.settings.coordinator.port}`, token: context.token }
  }
  // Whatever else listens on the port must not be shown the admin token: only the process that left its note gets it.
  if (local === undefined && named === undefined) throw await notRunning(places.adminToken)
  const url = named ?? local ?? ''
  const token = local !== undefined && sameCoordinator(url, local) ? await readSecret(places.adminToken) : undefined
  if (token === undefined) {
    throw new MeshError('unauthorized', `${url} is not the coordinator of this machine, so a token for it is needed.`, {
      hint: 'Give one with --token or in CLAW_MESH_TOKEN.',
    })
  }
  return { url, token }
}

async function notRunning(adminToken: string): Promise<MeshError> {
  return (await readSecret(adminToken)) === undefined
    ? new MeshError('not_initialised', 'This machine has no coordinator yet.', {
        hint: 'Run `claw-mesh up`, or name another one with --coordinator <url> --token <token>.',
      })
    : new MeshError('coordinator_unreachable', 'The coordinator of this machine is not running.', {
        hint: 'Start it with `claw-mesh up`.',
      })
}
