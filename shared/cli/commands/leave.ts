/** `claw-mesh leave`: takes this machine's node out of the mesh and forgets who it was. */
import { MeshError } from '../../contract/error.ts'
import { type Identity, openIdentity } from '../../core/agent/identity.ts'
import { openHttp } from '../../core/client/http-client.ts'
import { silentLog } from '../../core/platform/log.ts'
import { agentDir, agentDirs } from '../../core/agent/agent-dir.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { cleanLine } from '../output/clean.ts'
import { UsageError } from '../usage-error.ts'

interface Options {
  readonly name?: string
  readonly force?: boolean
}

interface Member {
  readonly identity: Identity
  readonly forget: () => Promise<void>
}

export const leave: Configure = (command, context) => {
  const { t } = context
  command
    .option('--name <name>', t('cli:leave.name'))
    .option('--force', t('cli:leave.force'))
    .action(async (options: Options) => {
      const { identity, forget } = await choose(context, options.name)
      const removed = await remove(identity, options.force === true)
      await forget()
      if (context.json) printJson(context, { node_id: identity.node_id, name: identity.name, removed })
      else
        context.out.line(
          t(removed ? 'cli:leave.left' : 'cli:leave.forgotten', {
            name: cleanLine(identity.name),
            url: identity.coordinator_url,
          }),
        )
    })
}

/** True when the coordinator took it out, false when it did not know it any more or could not be asked. */
async function remove(identity: Identity, force: boolean): Promise<boolean> {
  try {
    const { client } = openHttp({ url: identity.coordinator_url, token: identity.token })
    await client.call('nodes.remove', { node_id: identity.node_id })
    return true
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    if (['unauthorized', 'node_not_found', 'node_removed'].includes(error.code) || force) return false
    throw new MeshError(error.code, error.message, {
      cause: error,
      hint: `${error.hint ?? ''} To forget the node here only: \`claw-mesh leave --force\`.`.trim(),
    })
  }
}

async function choose(context: CliContext, name: string | undefined): Promise<Member> {
  const dirs = name === undefined ? await agentDirs(context.home) : [agentDir(context.home, name)]
  const members: Member[] = []
  for (const dir of dirs) {
    const store = openIdentity({ dir, clock: context.clock, log: silentLog })
    const identity = await store.read()
    if (identity) members.push({ identity, forget: () => store.clear() })
  }
  const [first, ...others] = members
  if (!first) {
    throw name === undefined
      ? new UsageError('no_node_here', 'join_first', {}, 'node_not_found')
      : new UsageError('no_such_node_here', 'join_first', { name }, 'node_not_found')
  }
  if (others.length === 0) return first
  throw new UsageError('several_nodes_here', 'leave_which', {
    names: members.map(({ identity }) => identity.asked_name).join(', '),
    name: first.identity.asked_name,
  })
}
