// What a gateway under test is given: its openclaw.json and its environment.
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const guard = fileURLToPath(new URL('./loopback-only.cjs', import.meta.url))

export function gatewayConfig(gateway, opts) {
  const on = { enabled: true }
  const off = { enabled: false }
  const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
  const echo = { id: 'echo', name: 'Echo', reasoning: false, input: ['text'], cost: free }
  const base = {
    gateway: {
      mode: 'local',
      port: gateway.port,
      bind: 'loopback', // not left to the default: inside a container that is every interface
      auth: { mode: 'token', token: gateway.token },
      controlUi: off,
      terminal: off,
      ...(opts['no-http'] ? {} : { http: { endpoints: { chatCompletions: on, responses: on } } }),
    },
    agents: { defaults: { model: { primary: 'fake/echo' }, heartbeat: { every: '0m' } } },
    models: {
      mode: 'replace',
      catalogRefresh: off,
      providers: {
        fake: {
          baseUrl: gateway.llmBaseUrl,
          apiKey: 'fake-key',
          api: 'openai-completions',
          models: [{ ...echo, contextWindow: 128_000, maxTokens: 4096 }],
        },
      },
    },
    discovery: { mdns: { mode: 'off' } },
    update: { checkOnStart: false },
    logging: { file: gateway.logFile },
    ...(opts.plugins ? {} : { plugins: off, cron: off, browser: off }),
  }
  return opts.config ? merge(base, JSON.parse(opts.config)) : base
}

function merge(a, b) {
  if (!isPlain(a) || !isPlain(b)) return b
  const merged = { ...a }
  for (const [key, value] of Object.entries(b)) merged[key] = key in merged ? merge(merged[key], value) : value
  return merged
}

const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A small environment of our own: no keys, tokens or OPENCLAW_* settings of the caller leak in. */
export function gatewayEnv(gateway, where, opts) {
  const kept = ['LANG', 'LC_ALL', 'TZ', 'SystemRoot', 'windir', 'ComSpec', 'PATHEXT']
  return {
    ...Object.fromEntries(kept.filter((name) => process.env[name]).map((name) => [name, process.env[name]])),
    PATH: [path.dirname(where.node), process.env.PATH ?? ''].join(path.delimiter),
    HOME: gateway.home,
    USERPROFILE: gateway.home,
    TMPDIR: gateway.tmpDir,
    TEMP: gateway.tmpDir,
    TMP: gateway.tmpDir,
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_OFFLINE: '1',
    OPENCLAW_SKIP_CHANNELS: '1',
    CLAWHUB_DISABLE_TELEMETRY: '1',
    DO_NOT_TRACK: '1',
    ...(opts['allow-network'] ? {} : { NODE_OPTIONS: `--require=${JSON.stringify(guard)}` }),
    NO_COLOR: '1',
  }
}
