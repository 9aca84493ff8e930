/** The coordinator's doors over fake services, with tokens of every scope: through `inject`, or on a real port. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Auth } from '../core/coordinator/http/auth/authenticate.ts'
import { PagePassword } from '../core/coordinator/http/auth/page-password.ts'
import { TokenService } from '../core/coordinator/http/auth/token-service.ts'
import { buildServer, type ServerOptions } from '../core/coordinator/http/build-server.ts'
import { ConnectionLimit } from '../core/coordinator/http/connection-limit.ts'
import { defaultGuards } from '../core/coordinator/http/guards/default-guards.ts'
import type { Guard } from '../core/coordinator/http/guards/guard.ts'
import { Listeners } from '../core/coordinator/http/listeners.ts'
import type { EventsLimits } from '../core/coordinator/http/sockets/events.ts'
import { SocketDoor } from '../core/coordinator/http/sockets/upgrade.ts'
import { silentLog } from '../core/platform/log.ts'
import type { StoredToken } from '../core/storage/store.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { fakeServices, type FakeServices } from './fake-services.ts'

export const adminToken = 'cm_admin_test'
export const joinToken = 'cm_join_test'
/** Password `open sesame`, hashed with the smallest cost that is accepted. */
export const password = 'open sesame'
export const passwordHash = '$scrypt$ln=10,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$Zta08k14WLOKsrsrt87Fi2AXDLZU9dUfs16KKK4x-kM'

export interface DoorBench {
  readonly clock: FakeClock
  readonly services: FakeServices
  readonly auth: Auth
  readonly app: FastifyInstance
  readonly guards: readonly Guard[]
  readonly tokens: { readonly operator: string; readonly viewer: string; readonly node: string }
  /** `inject` with the admin token unless the test says otherwise. */
  readonly call: (options: InjectOptions) => Promise<LightMyRequestResponse>
}

export interface BenchOptions extends Partial<ServerOptions> {
  /** Guards to leave out, by name. */
  readonly without?: string
}

/** What of a token store the doors use, in memory. */
export function memoryTokens(tokens: StoredToken[] = []) {
  return {
    kept: tokens,
    tokens: async () => [...tokens],
    putToken: async (token: StoredToken) => void tokens.push(token),
    removeToken: async (hash: string) => {
      const at = tokens.findIndex((token) => token.hash === hash)
      if (at >= 0) tokens.splice(at, 1)
    },
  }
}

export async function doorBench({ without, ...options }: BenchOptions = {}): Promise<DoorBench> {
  const clock = fakeClock()
  const tokenService = new TokenService({ store: memoryTokens(), secrets: { adminToken, joinToken }, clock })
  await tokenService.start()
  const auth = { tokens: tokenService, password: new PagePassword({ hash: passwordHash }) }
  const services = fakeServices(clock, tokenService)
  const guards = defaultGuards({ clock }).filter(({ name }) => name !== without)
  const tokens = {
    operator: await tokenService.issue({ scope: 'operator', sender: 'olga' }),
    viewer: await tokenService.issue({ scope: 'viewer', sender: 'vera' }),
    node: await tokenService.issue({ scope: 'node', sender: 'node-1', node_id: 'node-1' }),
  }
  const app = await buildServer({ services, auth, guards, version: '0.0.0-test', log: silentLog, clock, ...options })
  return {
    clock,
    services,
    auth,
    app,
    guards,
    tokens,
    call: async (request) =>
      app.inject({ ...request, headers: { authorization: `Bearer ${adminToken}`, ...request.headers } }),
  }
}

export interface OpenBench extends DoorBench {
  readonly port: number
  readonly url: string
  readonly stop: () => Promise<void>
}

/** The bench on a real port of this machine. */
export async function openBench(
  options: BenchOptions & { readonly limits?: Partial<EventsLimits> } = {},
): Promise<OpenBench> {
  const { limits, ...rest } = options
  const connections = options.connections ?? new ConnectionLimit()
  const bench = await doorBench({ ...rest, connections })
  const { services, auth, guards, clock, app } = bench
  const log = silentLog
  const sockets = new SocketDoor({ services, auth, guards, connections, clock, log, eventsLimits: limits })
  const listeners = new Listeners({ app, sockets, connections, port: 0, clock, log })
  const port = await listeners.start()
  const stop = async (): Promise<void> => {
    sockets.stop()
    await app.close()
    await listeners.stop(0)
  }
  return { ...bench, port, url: `http://127.0.0.1:${port}`, stop }
}
