/** Chooses the adapter for this node's gateway from the settings; `auto` means OpenClaw, and nothing is ever made up. */
import { MeshError } from '../../contract/error.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { GatewayAdapter } from './adapter.ts'
import { DemoGateway, type DemoOptions } from './demo.ts'
import { findOpenClaw, surroundingsOf } from './find-openclaw.ts'
import { OpenAiGateway } from './openai.ts'
import type { Env } from './openclaw-config.ts'
import { OpenClawRpc } from './openclaw-rpc.ts'

export interface GatewayContext {
  readonly env: Env
  readonly clock: Clock
  readonly log: Log
  readonly nodeName: string
  readonly demo?: DemoOptions
  /** claw-mesh's own version, told to the gateway. */
  readonly version?: string
  readonly random?: () => number
}

/** Not started yet. Throws `gateway_not_found` when there is nothing to attach to; anything a person can still mend is a state. */
export async function openGateway(settings: Settings['gateway'], context: GatewayContext): Promise<GatewayAdapter> {
  const { env, clock, log, nodeName } = context
  if (settings.adapter === 'demo') return new DemoGateway({ nodeName, clock, ...context.demo })
  if (settings.adapter === 'openai') {
    return new OpenAiGateway({
      url: checkedUrl(settings.url),
      model: settings.model,
      slots: settings.slots,
      key: env['CLAW_MESH_GATEWAY_KEY'],
      clock,
    })
  }
  const url = settings.adapter === 'openclaw-rpc' ? settings.url : ''
  const locate = () => findOpenClaw(surroundingsOf(env), url)
  await locate().catch((error: unknown) => {
    if (error instanceof MeshError && error.code === 'gateway_token_refused') return
    throw error
  })
  const { version = '0.0.0', random = Math.random } = context
  return new OpenClawRpc({ locate, clock, log, version, random, agent: settings.agent })
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password) return url.href
  throw new MeshError(
    'gateway_not_found',
    `gateway.url: "${text.slice(0, 200)}" is not the address of an OpenAI-compatible server.`,
    {
      hint: 'Set gateway.url to its base, such as http://127.0.0.1:11434/v1 (Ollama) or http://127.0.0.1:1234/v1 (LM Studio); put a key into CLAW_MESH_GATEWAY_KEY.',
      details: { field: 'gateway.url' },
    },
  )
}
