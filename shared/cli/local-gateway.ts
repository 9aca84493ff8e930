/** The gateway of this machine, as the settings and the command line name it. */
import { check } from '../contract/check.ts'
import { Settings } from '../contract/settings.ts'
import type { GatewayAdapter } from '../core/gateway/adapter.ts'
import { openGateway } from '../core/gateway/find-gateway.ts'
import type { Log } from '../core/platform/log.ts'
import type { CliContext } from './context.ts'
import { version } from './package-info.ts'

export interface GatewayOptions {
  readonly gateway?: string
  readonly gatewayUrl?: string
  readonly gatewayModel?: string
}

/** Options win over the settings, one by one. Throws `invalid_input` that names the option. */
export function gatewaySettings(settings: Settings['gateway'], options: GatewayOptions): Settings['gateway'] {
  const adapter = options.gateway ?? (options.gatewayUrl === undefined ? undefined : adapterFor(options.gatewayUrl))
  const wanted = {
    ...settings,
    ...(adapter === undefined ? {} : { adapter }),
    ...(options.gatewayUrl === undefined ? {} : { url: options.gatewayUrl }),
    ...(options.gatewayModel === undefined ? {} : { model: options.gatewayModel }),
  }
  return check(Settings.properties.gateway, wanted, { what: 'gateway options' })
}

/** A server that was named needs no looking for: its address says what it speaks. */
const adapterFor = (url: string): string => (/^wss?:/i.test(url) ? 'openclaw-rpc' : 'openai')

/** Throws gateway_not_found, which says what is missing. Nothing is watched before the adapter's `start()`. */
export const openLocalGateway = (
  context: Pick<CliContext, 'clock' | 'env'>,
  settings: Settings['gateway'],
  log: Log,
  nodeName: string,
): Promise<GatewayAdapter> => openGateway(settings, { clock: context.clock, log, env: context.env, nodeName, version })
