/** Once before the specs: finds Chromium and builds the test runtime, unless they run on real Electron. */
import process from 'node:process'
import { ensureChromium } from '../../scripts/chromium.ts'
import { buildRuntime } from './runtime/build.ts'

export default async function prepare(): Promise<void> {
  if (process.env['DESKTOP_RUNTIME'] === 'electron') return
  process.env['EOC_CHROMIUM'] = ensureChromium()
  await buildRuntime()
}
