// Finds a Chromium for the tests of the page, and installs the distribution's where it is missing and may be installed.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of a Chromium, or undefined. `CHROMIUM` names another one. */
export const findChromium = (): string | undefined =>
  places.find((place): place is string => place !== undefined && existsSync(place))

export function ensureChromium(): string {
  const found = findChromium()
  if (found) return found
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    console.log('Installing chromium with apt-get …')
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    for (const args of [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'],
    ]) {
      const [program = '', ...rest] = [...sudo, ...args]
      spawnSync(program, rest, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    }
  }
  const now = findChromium()
  if (now) return now
  throw new Error('The tests of the page need Chromium: install it, or set CHROMIUM to its path.')
}
