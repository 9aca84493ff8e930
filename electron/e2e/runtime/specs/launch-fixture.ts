/** The fixture app, one per spec file, and short ways into its main process and its page. */
import path from 'node:path'
import type * as Electron from 'electron'
import type { Page } from 'playwright-core'
import { type App, launch } from '../../launch.ts'

export const fixture = path.join(import.meta.dirname, 'fixture')

type InMain = <R, A>(f: (electron: typeof Electron, arg: A) => R | Promise<R>, arg?: A) => Promise<R>
type InPage = <R, A>(f: (arg: A) => R | Promise<R>, arg?: A) => Promise<R>

export async function launchFixture(): Promise<{ app: App; page: Page; main: InMain; inPage: InPage }> {
  const app = await launch({ main: fixture, colorScheme: null })
  const page = await app.firstWindow()
  await page.waitForFunction(() => (window as any).moduleRan)
  return {
    app,
    page,
    main: (f, arg) => app.evaluate(f as any, arg as any),
    inPage: (f, arg) => page.evaluate(f as any, arg as any),
  }
}
