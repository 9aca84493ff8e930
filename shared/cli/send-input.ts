/** The options of `send` as the message they mean. */
import { check } from '../contract/check.ts'
import { SendMessage } from '../contract/message.ts'
import { Requirements } from '../contract/requirement.ts'
import { UsageError } from './usage-error.ts'

export interface SendOptions {
  readonly node?: string
  readonly auto?: boolean
  readonly os?: string
  readonly arch?: string
  readonly gpu?: boolean
  readonly vramGb?: string
  readonly memoryGb?: string
  readonly skill?: readonly string[]
  readonly tool?: readonly string[]
  readonly tag?: readonly string[]
  readonly conversation?: string
  readonly priority?: string
  readonly timeout?: string
}

/** Throws `invalid_input` that names the option. */
export function sendInput(content: string, options: SendOptions, idempotencyKey: string): SendMessage {
  if (options.node !== undefined && options.auto === true) {
    throw new UsageError('node_or_auto', 'node_or_auto')
  }
  if (content.trim() === '') {
    throw new UsageError('empty_message', 'empty_message')
  }
  const requires = check(
    Requirements,
    {
      ...only('os', options.os === undefined ? undefined : (osNames[options.os.toLowerCase()] ?? options.os)),
      ...only('arch', options.arch === undefined ? undefined : (archNames[options.arch.toLowerCase()] ?? options.arch)),
      ...only('gpu', options.gpu),
      ...only('vram_gb', amount('--vram-gb', options.vramGb)),
      ...only('memory_gb', amount('--memory-gb', options.memoryGb)),
      ...only('skill', names(options.skill)),
      ...only('tool', names(options.tool)),
      ...only('tag', names(options.tag)),
    },
    { what: 'requirements' },
  )
  return check(
    SendMessage,
    {
      content,
      source: 'cli',
      idempotency_key: idempotencyKey,
      ...(Object.keys(requires).length > 0 ? { requires } : {}),
      ...only('conversation', options.conversation),
      ...only('priority', amount('--priority', options.priority)),
      ...only('timeout_s', options.timeout === undefined ? undefined : seconds(options.timeout)),
    },
    { what: 'message' },
  )
}

/** `90`, `90s`, `10m`, `2h`, `1d` in seconds. */
export function seconds(text: string, option = '--timeout'): number {
  const match = /^(\d{1,9})(s|m|h|d)?$/.exec(text.trim())
  const per = { s: 1, m: 60, h: 3_600, d: 86_400 }[match?.[2] ?? 's'] ?? 1
  if (match && Number(match[1]) > 0) return Number(match[1]) * per
  throw new UsageError('not_a_time', 'time', { option, text })
}

function amount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new UsageError('not_a_number', 'number', { option, text, example: 3 })
}

/** Options may be repeated, and hold several names with commas between. */
function names(values: readonly string[] | undefined): string[] | undefined {
  const all = (values ?? []).flatMap((value) => value.split(',')).map((name) => name.trim())
  const some = [...new Set(all.filter((name) => name !== ''))]
  return some.length > 0 ? some : undefined
}

const only = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })

/** The wire has Go's names; people say these. */
const osNames: Readonly<Record<string, string>> = {
  mac: 'darwin',
  macos: 'darwin',
  osx: 'darwin',
  win: 'windows',
  win32: 'windows',
}
const archNames: Readonly<Record<string, string>> = { x64: 'amd64', x86_64: 'amd64', aarch64: 'arm64', ia32: '386' }
