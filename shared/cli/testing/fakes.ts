/** Plain values that stand in for a terminal and its surroundings; imported by tests only. */
import { defaultSettings } from '../../contract/settings.ts'
import type { MeshNode } from '../../contract/node.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { createI18n, type Language, translator } from '../../i18n/create-i18n.ts'
import type { CliContext } from '../context.ts'
import type { Sink } from '../output/sink.ts'
import type { Signals, Stop } from '../signals.ts'

export interface MemorySink extends Sink {
  readonly text: string
}

export function memorySink(columns = Infinity): MemorySink {
  let text = ''
  return {
    write: (more) => void (text += more),
    line: (more = '') => void (text += `${more}\n`),
    isTTY: columns !== Infinity,
    columns,
    paint: (_, plain) => plain,
    get text() {
      return text
    },
  }
}

export interface FakeSignals extends Signals {
  readonly listeners: number
  raise(signal: Stop): void
}

export function fakeSignals(): FakeSignals {
  const listeners = new Set<(signal: Stop) => void>()
  return {
    onStop: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    quit: () => undefined,
    raise: (signal) => {
      for (const listener of [...listeners]) listener(signal)
    },
    get listeners() {
      return listeners.size
    },
  }
}

export const noon = Date.parse('2026-01-02T12:00:00Z')
export const frozenClock: Clock = { now: () => noon, after: () => () => undefined }

export async function* input(...parts: string[]): AsyncGenerator<string> {
  yield* parts
}

export function fakeContext(over: Partial<CliContext> = {}, language: Language = 'en') {
  const out = memorySink()
  const err = memorySink()
  const exit = { code: 0 }
  const context: CliContext = {
    out,
    err,
    stdin: input(),
    env: {},
    home: { config: '/nowhere', data: '/nowhere/data', log: '/nowhere/log' },
    clock: frozenClock,
    signals: fakeSignals(),
    settings: defaultSettings,
    settingsWarnings: [],
    t: translator(createI18n(language)),
    language,
    json: false,
    verbose: false,
    coordinator: undefined,
    token: undefined,
    tokenFlag: undefined,
    setExitCode: (code) => {
      exit.code = code
    },
    ...over,
  }
  return { context, out, err, exit }
}

export const meshNode = (over: Partial<MeshNode> = {}): MeshNode => ({
  id: 'node-1',
  name: 'mac-mini',
  capabilities: {
    os: 'darwin',
    arch: 'arm64',
    gpu: false,
    gpus: [],
    memory_gb: 16,
    tags: ['xcode'],
    tools: ['git'],
    skills: ['apple-notes'],
    skill_details: [],
  },
  status: 'online',
  condition: 'ok',
  admin: 'active',
  admin_tags: [],
  gateway: { adapter: 'openclaw-rpc', state: 'ok', version: '2026.9.6' },
  load: { running: 1, queued: 0, slots: 8, cpu: 0.1, memory: 0.4, on_battery: false, paused: false },
  version: '0.1.0',
  registered_at: '2026-01-02T11:00:00Z',
  last_heartbeat: '2026-01-02T11:59:58Z',
  status_since: '2026-01-02T11:57:00Z',
  in_flight: 0,
  ...over,
})
