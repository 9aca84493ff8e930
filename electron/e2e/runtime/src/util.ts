import type { EventEmitter } from 'node:events'
import surface from 'eoc:surface'

export class NotImplemented extends Error {
  constructor(what: string) {
    super(`not implemented by electron-on-chromium: ${what}`)
    this.name = 'NotImplementedError'
  }
}

export const debug: (...a: unknown[]) => void = process.env.EOC_DEBUG
  ? (...a: unknown[]) =>
      process.stderr.write(`[eoc] ${a.map((x) => (typeof x === 'string' ? x : JSON.stringify(x))).join(' ')}\n`)
  : () => {}

/**
 * What tests can look at (and, for dialogs, fill): everything that a real
 * desktop would have shown to the user. `globalThis[Symbol.for('electron-on-chromium')]`.
 */
export interface DesktopRecord {
  runtime: 'electron-on-chromium'
  trays: WeakRef<any>[]
  notifications: any[]
  openExternal: string[]
  openPath: string[]
  showItemInFolder: string[]
  beeps: number
  dialogs: { calls: { method: string; options: any }[]; answers: Record<string, any[]> }
  popups: any[]
  protocolClients: { protocol: string; path?: string; args?: string[] }[]
  loginItem: Record<string, any>
  shortcuts: Map<string, () => void>
  mainErrors: unknown[]
  warnings: string[]
  /** implemented members per interface of electron.d.ts */
  coverage: Record<string, { done: number; of: number }>
}
export const record: DesktopRecord = {
  runtime: 'electron-on-chromium',
  trays: [],
  notifications: [],
  openExternal: [],
  openPath: [],
  showItemInFolder: [],
  beeps: 0,
  dialogs: { calls: [], answers: {} },
  popups: [],
  protocolClients: [],
  loginItem: {},
  shortcuts: new Map(),
  mainErrors: [],
  warnings: [],
  coverage: {},
}
;(globalThis as any)[Symbol.for('electron-on-chromium')] = record

const STRICT = process.env.EOC_STRICT === '1'
/** Accepted without effect: said once, kept in the record, an error under EOC_STRICT=1. */
export function warn(text: string): void {
  if (STRICT) throw new NotImplemented(text)
  if (record.warnings.includes(text)) return
  record.warnings.push(text)
  process.stderr.write(`electron-on-chromium: ${text}\n`)
}

/** Electron's event object: the emitter's first argument. */
export function makeEvent<T extends object>(
  extra: T = {} as T,
): T & { preventDefault(): void; readonly defaultPrevented: boolean } {
  let prevented = false
  const event: any = { preventDefault: () => void (prevented = true) }
  Object.defineProperty(event, 'defaultPrevented', { enumerable: true, get: () => prevented })
  return Object.assign(event, extra)
}

type Iface = { methods: string[]; props: string[]; statics: string[]; staticProps: string[]; events: string[] }
const ifaces = surface.ifaces as Record<string, Iface>
export const mainExports = surface.main as Record<string, { kind: 'object' | 'class'; iface: string }>
export const rendererExports = surface.renderer as Record<string, { kind: string; iface: string }>
export const memberNames = (iface: string): string[] => {
  const i = ifaces[iface]
  return i ? [...i.methods, ...i.props] : []
}
export const electronVersion: string = surface.electron

function stub(target: any, name: string, label: string, isMethod: boolean): void {
  const fail = () => {
    throw new NotImplemented(label)
  }
  Object.defineProperty(
    target,
    name,
    isMethod
      ? { value: fail, writable: true, configurable: true, enumerable: false }
      : { get: fail, set: fail, configurable: true, enumerable: false },
  )
}

/** Gives `target` a throwing member for every documented member it lacks. */
export function complete(
  target: any,
  iface: string,
  label: string,
  on: 'instance' | 'static' = 'instance',
  fields: string[] = [],
): void {
  const i = ifaces[iface]
  if (!i) return
  const own = (name: string) => name in target || fields.includes(name)
  const c = (record.coverage[label] ??= { done: 0, of: 0 })
  const lists: [string[], boolean][] =
    on === 'instance'
      ? [
          [i.methods, true],
          [i.props, false],
        ]
      : [
          [i.statics, true],
          [i.staticProps, false],
        ]
  for (const [names, isMethod] of lists) {
    for (const name of names) {
      c.of++
      if (own(name)) c.done++
      else stub(target, name, `${label}.${name}`, isMethod)
    }
  }
}

/** Says so when an app listens to a documented event that this runtime never emits. */
export function watchEvents(proto: EventEmitter, iface: string, label: string, emitted: string[]): void {
  const never = new Set(ifaces[iface]?.events ?? [])
  for (const e of emitted) never.delete(e)
  for (const method of ['on', 'once', 'addListener', 'prependListener'] as const) {
    const original = proto[method]
    Object.defineProperty(proto, method, {
      configurable: true,
      writable: true,
      value(this: EventEmitter, name: string, fn: any) {
        if (never.has(name)) warn(`event '${name}' of ${label} is never emitted by itself (a test can emit it)`)
        return original.call(this, name, fn)
      },
    })
  }
}

export class Deferred<T = void> {
  resolve!: (v: T) => void
  reject!: (e: unknown) => void
  promise = new Promise<T>((res, rej) => {
    this.resolve = res
    this.reject = rej
  })
}
