/** What a spec sees and does on the desktop around the window: tray, dialogs, links. All through `evaluate`, on either runtime. */
import type { Notification, Tray } from 'electron'
import type { ElectronApplication } from 'playwright-core'

/** What desktop-hook.cjs keeps in the main process. */
interface Seen {
  readonly trays: { ref: WeakRef<Tray>; menu: { items: Entry[] } | null; toolTip: string; images: number }[]
  readonly notifications: { title: string; body: string; ref: Notification }[]
}
interface Entry extends MenuEntry {
  readonly submenu?: { items: Entry[] }
  click(): void
}
type Kept = Record<symbol, unknown>

export interface MenuEntry {
  readonly label: string
  readonly type: string
  readonly checked: boolean
  readonly enabled: boolean
  readonly visible: boolean
}

/** The tray's menu as a person would read it; of a submenu (`'Pause'`) if named. */
export const trayMenu = (app: ElectronApplication, submenu = ''): Promise<MenuEntry[]> =>
  app.evaluate((_electron, submenu) => {
    const { trays } = (globalThis as unknown as Kept)[Symbol.for('desktop-hook')] as Seen
    let items = trays[0]?.menu?.items ?? []
    for (const part of submenu.split(' > ').filter(Boolean))
      items = items.find((item) => item.label === part)?.submenu?.items ?? []
    return items.map(({ label, type, checked, enabled, visible }) => ({ label, type, checked, enabled, visible }))
  }, submenu)

/** Clicks an entry of the tray menu (`'Pause > For 1 hour'` for a submenu). */
export const clickTrayItem = (app: ElectronApplication, label: string): Promise<void> =>
  app.evaluate((_electron, label) => {
    const { trays } = (globalThis as unknown as Kept)[Symbol.for('desktop-hook')] as Seen
    let items = trays[0]?.menu?.items ?? []
    const path: Entry[] = []
    for (const part of label.split(' > ')) {
      const item = items.find((one) => one.label === part && one.visible)
      if (!item) throw new Error(`No entry '${part}'; there are: ${items.map((one) => one.label || '-').join(', ')}.`)
      path.push(item)
      items = item.submenu?.items ?? []
    }
    const last = path.at(-1)
    if (!last?.enabled) throw new Error(`The entry '${label}' is disabled.`)
    // An entry may quit the app: answer first.
    setTimeout(() => {
      last.click()
    }, 0)
  }, label)

export const clickTray = (app: ElectronApplication): Promise<void> =>
  app.evaluate(() => {
    const { trays } = (globalThis as unknown as Kept)[Symbol.for('desktop-hook')] as Seen
    const tray = trays[0]?.ref.deref()
    if (!tray) throw new Error('The app has no tray.')
    tray.emit('click', {}, { x: 0, y: 0, width: 24, height: 24 }, { x: 0, y: 0 })
  })

export const trayToolTip = (app: ElectronApplication): Promise<string> =>
  app.evaluate(() => ((globalThis as unknown as Kept)[Symbol.for('desktop-hook')] as Seen).trays[0]?.toolTip ?? '')

/** Every notification shown so far, oldest first. */
export const notifications = (app: ElectronApplication): Promise<{ title: string; body: string }[]> =>
  app.evaluate(() =>
    ((globalThis as unknown as Kept)[Symbol.for('desktop-hook')] as Seen).notifications.map(({ title, body }) => ({
      title,
      body,
    })),
  )

/** From now on nothing leaves the app: links are collected, a dialog named in `answers` gives that answer. */
export const stubDesktop = (app: ElectronApplication, answers: Record<string, unknown> = {}): Promise<void> =>
  app.evaluate(({ shell, dialog }, answers) => {
    const opened: string[] = []
    ;(globalThis as unknown as Kept)[Symbol.for('opened-links')] = opened
    shell.openExternal = (url: string) => {
      opened.push(url)
      return Promise.resolve()
    }
    const stubs = Object.entries(answers).map(([name, value]) => [
      name,
      name.endsWith('Sync') ? () => value : () => Promise.resolve(value),
    ])
    Object.assign(dialog, Object.fromEntries(stubs))
  }, answers)

export const openedLinks = (app: ElectronApplication): Promise<string[]> =>
  app.evaluate(() => ((globalThis as unknown as Kept)[Symbol.for('opened-links')] as string[] | undefined) ?? [])

export interface WindowState {
  readonly visible: boolean
  readonly focused: boolean
  readonly minimized: boolean
  readonly title: string
}

export const windowState = (app: ElectronApplication): Promise<WindowState[]> =>
  app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => ({
      visible: window.isVisible(),
      focused: window.isFocused(),
      minimized: window.isMinimized(),
      title: window.getTitle(),
    })),
  )

/** Waits until `get` gives what `ok` accepts. Another process cannot be subscribed to from here, so this looks again. */
export async function eventually<T>(
  get: () => T | Promise<T>,
  ok: (value: T) => boolean = Boolean,
  ms = 5_000,
): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const value = await get()
    if (ok(value)) return value
    if (Date.now() > end) throw new Error(`Still ${JSON.stringify(value)} after ${String(ms)} ms.`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
