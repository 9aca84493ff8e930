/** webRequest, and who is told when what is intercepted changes. */
import { complete } from './util.ts'

/** webContents that intercept requests; told when handlers or listeners change */
const users = new Set<() => void>()
export const onInterceptionChange = (f: () => void): (() => void) => (users.add(f), () => void users.delete(f))
export const refresh = (): void => users.forEach((f) => f())

const matcher = (filter: any): ((url: string) => boolean) => {
  const urls: string[] = filter?.urls ?? ['<all_urls>']
  const tests = urls.map((u) =>
    u === '<all_urls>'
      ? /^/
      : new RegExp(
          `^${u
            .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
            .replace(/^\\?\*:\/\//, '[a-z]+://')
            .replace(/\*/g, '.*')}$`,
        ),
  )
  return (url) => tests.some((t) => t.test(url))
}
export class WebRequest {
  listeners = new Map<string, { match: (url: string) => boolean; fn: (...a: any[]) => void }>()
  #set(name: string, args: any[]): void {
    const [filter, fn] = typeof args[0] === 'function' || args[0] === null ? [null, args[0]] : args
    if (!fn) this.listeners.delete(name)
    else this.listeners.set(name, { match: matcher(filter), fn })
    refresh()
  }
  onBeforeRequest(...a: any[]): void {
    this.#set('onBeforeRequest', a)
  }
  onBeforeSendHeaders(...a: any[]): void {
    this.#set('onBeforeSendHeaders', a)
  }
  onHeadersReceived(...a: any[]): void {
    this.#set('onHeadersReceived', a)
  }
  /** asks the listener; without one the answer is {} */
  ask(name: string, details: any): Promise<any> {
    const l = this.listeners.get(name)
    if (!l || !l.match(details.url)) return Promise.resolve({})
    return new Promise((resolve) => l.fn(details, (response: any) => resolve(response ?? {})))
  }
}
complete(WebRequest.prototype, 'WebRequest', 'webRequest')
