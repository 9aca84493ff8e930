/** `npm start`: the desktop app where Electron can be had and there is a screen for it, else `claw-mesh up`. Says which and why. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { createI18n, translator } from '../shared/i18n/create-i18n.ts'
import { pickLanguage } from '../shared/i18n/pick-language.ts'
import { type HeadlessReason, headlessBecause } from './start-choice.ts'

const root = path.resolve(import.meta.dirname, '..')
const { locale } = Intl.DateTimeFormat().resolvedOptions()
const t = translator(createI18n(pickLanguage(undefined, process.env, locale)))
const args = process.argv.slice(2)
const downloadWithinMs = 180_000
/** A desktop that ends sooner than this, with an error, never came up. */
const upAfterMs = 5_000

const reason = headlessBecause({ platform: process.platform, env: process.env, args })
if (reason) await headless(reason)
else {
  const electron = findElectron()
  if (electron === undefined) await headless('no_electron')
  else desktop(electron)
}

/** In this very process, so that signals and the exit code are the command's own. */
async function headless(why: HeadlessReason): Promise<void> {
  console.error(t(`desktop:start.${why}`))
  process.argv.splice(2, args.length, 'up', ...args)
  await import(new URL('../shared/cli/claw-mesh.js', import.meta.url).href)
}

function desktop(electron: string): void {
  console.error(t('desktop:start.desktop'))
  const began = performance.now()
  const child = spawn(electron, [root], { stdio: 'inherit' })
  let ending = false
  const forward = (signal: NodeJS.Signals): void => {
    ending = true
    child.kill(signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward)
  child.once('error', () => void headless('no_electron'))
  child.once('exit', (code, signal) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, forward)
    if (!ending && code !== 0 && signal === null && performance.now() - began < upAfterMs) void headless('ended')
    else process.exitCode = code ?? 1
  })
}

/** The executable that the package names; it is downloaded at the first start, unless the package's own variable names a folder. */
function findElectron(): string | undefined {
  const other = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (other) return createRequire(import.meta.url)('electron') as string
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const there = (): string | undefined => {
    const note = path.join(folder, 'path.txt')
    if (!existsSync(note)) return undefined
    const file = path.join(folder, 'dist', readFileSync(note, 'utf8'))
    return existsSync(file) ? file : undefined
  }
  const found = there()
  if (found !== undefined) return found
  console.error(t('desktop:start.downloading'))
  spawnSync(process.execPath, [path.join(folder, 'install.js')], { stdio: 'inherit', timeout: downloadWithinMs })
  return there()
}
