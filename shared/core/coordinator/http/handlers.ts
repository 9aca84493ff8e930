/** Every procedure as one service call. HTTP takes them as they are; IPC will too. */
import { MeshError } from '../../../contract/error.ts'
import { syncReplyMaxS } from '../../../contract/limits.ts'
import type { Handlers } from '../../../contract/procedure.ts'
import type { Procedures } from '../../../contract/procedures.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Caller } from '../caller.ts'
import type { CoordinatorServices } from '../services.ts'
import type { Auth } from './auth/authenticate.ts'
import { routeReply } from './message-outcome.ts'
import { settledWithin } from './settled-within.ts'

export interface HandlerDeps {
  readonly services: CoordinatorServices
  readonly auth: Auth
  readonly version: string
  readonly clock: Clock
}

const pageLength = 50

export function createHandlers({ services, auth, version, clock }: HandlerDeps): Handlers<Procedures, Caller> {
  const { messages, nodes } = services
  const waitFor = (messageId: string) => settledWithin({ messages, clock }, messageId, syncReplyMaxS * 1_000)
  return {
    'nodes.list': async () => nodes.list(),
    'nodes.get': async ({ node_id }) => nodes.get(node_id),
    'nodes.register': async (input) => nodes.register(input),
    'nodes.update': async ({ node_id, ...change }) => nodes.update(node_id, change),
    'nodes.remove': async ({ node_id }, caller) => {
      onlyItself(caller, node_id)
      await nodes.remove(nodes.get(node_id).id)
    },
    'nodes.heartbeat': async ({ node_id, status, load }, caller) => {
      onlyItself(caller, node_id)
      nodes.heartbeat(nodes.get(node_id).id, { status, load })
    },
    'messages.send': async (input, caller) => {
      const { message } = await messages.send(input, caller)
      return routeReply(await waitFor(message.id))
    },
    'messages.send_to': async ({ node_id, ...input }, caller) => {
      const { message } = await messages.send(input, caller, { to: node_id })
      return routeReply(await waitFor(message.id))
    },
    'messages.list': async ({ limit = pageLength, ...filter }) => messages.list({ limit, ...filter }),
    'messages.get': async ({ message_id }) => messages.get(message_id),
    'messages.cancel': async ({ message_id }) => messages.cancel(message_id),
    'messages.resolve': async ({ message_id, action }) => messages.resolve(message_id, action),
    'messages.replay': async ({ message_id, idempotency_key }, caller) =>
      (await messages.replay(message_id, caller, idempotency_key)).message,
    'conversations.get': async ({ conversation_id }, caller) => messages.conversation(conversation_id, caller),
    'dashboard.stats': async () => messages.stats(),
    'tokens.create': async (input) => auth.tokens.issueTo(input),
    'session.login': async ({ password }) => {
      if (!(await auth.password.verify(password))) throw wrongPassword()
      return auth.tokens.openSession()
    },
    'session.logout': async (_, { tokenHash }) => {
      if (auth.tokens.endSession(tokenHash)) return
      throw new MeshError('forbidden', 'This token is not a session, so it cannot be logged out.', {
        hint: 'Only tokens that a login gave end this way.',
      })
    },
    'session.whoami': async (_, { scope, sender }) => ({ scope, sender, version, boot_id: services.events.bootId }),
  }
}

export const wrongPassword = (): MeshError =>
  new MeshError('unauthorized', 'password: is wrong.', {
    hint: '`claw-mesh init --reset-password` on the coordinator’s machine sets a new one.',
    details: { field: 'password' },
  })

/** A node token acts for its own node, named by its id. */
function onlyItself(caller: Caller, nodeId: string): void {
  if (caller.scope !== 'node' || caller.nodeId === nodeId) return
  throw new MeshError('forbidden', 'This token acts for its own node only.', {
    hint: 'Name the node by the id it was given, or use the admin token.',
  })
}
