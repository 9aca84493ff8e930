/** Who this node is to its coordinator: id, granted name and node token, in one private file of the agent's folder. */
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Static, Type } from 'typebox'
import { check } from '../../contract/check.ts'
import { MeshError } from '../../contract/error.ts'
import { NodeId, NodeName } from '../../contract/node.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import { readIfThere, writePrivateFile } from '../platform/files.ts'
import type { Log } from '../platform/log.ts'

export const Identity = Type.Object(
  {
    /** The token is shown to this coordinator and to no other. */
    coordinator_url: Type.String({ minLength: 1 }),
    node_id: NodeId,
    /** As granted. */
    name: NodeName,
    /** As asked for; when the settings say something else, the user has renamed the machine. */
    asked_name: NodeName,
    token: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
)
export type Identity = Static<typeof Identity>

export interface IdentityStore {
  /** Undefined when this machine is not a node, or when its file was damaged (which is logged). */
  read(): Promise<Identity | undefined>
  write(identity: Identity): Promise<void>
  clear(): Promise<void>
}

export function openIdentity(deps: { readonly dir: string; readonly clock: Clock; readonly log: Log }): IdentityStore {
  const file = path.join(deps.dir, 'identity.json')
  const setAside = async (why: string): Promise<void> => {
    const aside = `${file}.bad-${isoTime(deps.clock).replaceAll(':', '-')}`
    await rename(file, aside)
    deps.log.warn({ file: aside, why }, 'the identity of this node could not be read; it was set aside')
  }
  return {
    read: async () => {
      const text = await readIfThere(file)
      if (text === undefined) return undefined
      try {
        return check(Identity, JSON.parse(text), { what: 'identity file' })
      } catch (error) {
        // A parser's own message repeats a piece of the text, and the text holds a token.
        await setAside(error instanceof MeshError ? error.message : 'It is not JSON.')
        return undefined
      }
    },
    write: (identity) => writePrivateFile(file, `${JSON.stringify(identity, null, 2)}\n`),
    clear: () => rm(file, { force: true }),
  }
}
