/** What pages need of the process around them; main.ts sets it. */
import type { Chromium } from './cdp.ts'
import type { Endpoint } from './endpoint.ts'
import type { WebContents } from './web-contents.ts'

export interface Host {
  chromium(): Chromium
  endpoint: Endpoint | null
  app: any
  theme(): 'dark' | 'light'
  processInfo(): Record<string, any>
  openWindow(opener: WebContents, url: string, options: any, details: any): void
  chromeHeight: number | null
}
export let host: Host
export const setHost = (h: Host): void => void (host = h)
