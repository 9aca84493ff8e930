/** Real OpenClaw gateways for a test suite, each with a fake model behind it: starts `scripts/openclaw` and waits for it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Type } from 'typebox'
import { check } from '../contract/check.ts'

const Gateway = Type.Object({
  name: Type.String(),
  port: Type.Integer(),
  url: Type.String(),
  wsUrl: Type.String(),
  token: Type.String(),
  home: Type.String(),
  stateDir: Type.String(),
  configPath: Type.String(),
})

const Started = Type.Object({
  ok: Type.Literal(true),
  control: Type.String(),
  llm: Type.Object({ url: Type.String(), stats: Type.String(), requests: Type.String() }),
  gateways: Type.Array(Gateway),
})

const Stats = Type.Object({
  nodes: Type.Record(
    Type.String(),
    Type.Object({
      active: Type.Integer(),
      total: Type.Integer(),
      finished: Type.Integer(),
      aborted: Type.Integer(),
      failed: Type.Integer(),
    }),
  ),
})

const Requests = Type.Object({ requests: Type.Array(Type.Object({ node: Type.String(), user: Type.String() })) })

export interface StartOptions {
  readonly count: number
  /** Without, node-a, node-b … */
  readonly names?: readonly string[]
  /** Merged into every openclaw.json. */
  readonly config?: object
  /** OpenClaw's OpenAI-compatible endpoint too; off as in a default install. */
  readonly http?: boolean
  /** Run a first turn on each before the suite begins (it takes seconds longer than later ones). Needs, and brings, `http`. */
  readonly warm?: boolean
}

export type OpenClawGateways = Awaited<ReturnType<typeof startGateways>>

/** Installs OpenClaw on first use. Call `stop()` in the end, also after a failure. */
export async function startGateways({ count, names, config, warm = false, http = warm }: StartOptions) {
  const script = path.join(import.meta.dirname, '../../scripts/openclaw/start-gateway.mjs')
  const args = [
    script,
    ...['--count', String(count), '--base-port', '0'],
    ...(names ? ['--names', names.join(',')] : []),
    ...(config ? ['--config', JSON.stringify(config)] : []),
    ...(http ? [] : ['--no-http']),
    ...(warm ? ['--warm'] : []),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8_000)))
  const early = exited.then(() => Promise.reject(new Error(`the gateways did not start\n${said}`)))
  early.catch(() => undefined)
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), early])) as [string]
  const { control, llm, gateways } = check(Started, JSON.parse(line))

  const tell = (verb: string) => async (name: string) => {
    const response = await fetch(`${control}/${verb}/${name}`, { method: 'POST' })
    if (!response.ok) throw new Error(`${verb} ${name}: ${await response.text()}`)
  }
  return {
    gateways,
    llm: {
      ...llm,
      /** Calls that reached the fake model behind one gateway. */
      countsOf: async (name: string) => {
        const { nodes } = check(Stats, await (await fetch(llm.stats)).json())
        return nodes[name] ?? { active: 0, total: 0, finished: 0, aborted: 0, failed: 0 }
      },
      /** What persons said to it, oldest first. */
      heardBy: async (name: string) => {
        const { requests } = check(Requests, await (await fetch(`${llm.requests}?node=${name}`)).json())
        return requests.map(({ user }) => user)
      },
    },
    control: { kill: tell('kill'), stop: tell('stop'), start: tell('start') },
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
