import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { autostartEntry } from './autostart-file.ts'
import { openAtLogin } from './open-at-login.ts'

it('writes an entry that starts the app hidden', () => {
  expect(autostartEntry(['/opt/claw-mesh/claw-mesh', '--hidden']).split('\n')).toContain(
    'Exec=/opt/claw-mesh/claw-mesh --hidden',
  )
})

it.each([
  ['/a b/app', 'Exec="/a b/app"'],
  ['/50%/app', 'Exec=/50%%/app'],
  ['/$HOME/"app`', String.raw`Exec="/\\$HOME/\\"app\\` + '`"'],
  [String.raw`/a\b`, String.raw`Exec="/a\\\\b"`],
])('quotes %s as the specification wants', (program, line) => {
  expect(autostartEntry([program]).split('\n')).toContain(line)
})

it('refuses a path that would add a line of its own', () => {
  expect(() => autostartEntry(['/a\nExec=/bin/sh'])).toThrow(RangeError)
})

const noApp = {
  getLoginItemSettings: () => {
    throw new Error('not on this system')
  },
  setLoginItemSettings: () => {
    throw new Error('not on this system')
  },
}

it('is a file of its owner on Linux, there or not there', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-login-'))
  try {
    const login = openAtLogin({
      platform: 'linux',
      app: noApp,
      env: { APPIMAGE: '/apps/claw-mesh.AppImage' },
      userHome: root,
      command: ['/tmp/.mount/claw-mesh'],
    })
    const file = path.join(root, '.config/autostart/claw-mesh.desktop')
    expect(login.isOn()).toBe(false)
    await login.set(true)
    expect(login.isOn()).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain('Exec=/apps/claw-mesh.AppImage --hidden\n')
    expect(statSync(file).mode & 0o077).toBe(0)
    await login.set(false)
    await login.set(false)
    expect(existsSync(file)).toBe(false)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

it.each(['darwin', 'win32'] as const)('asks the system on %s', async (platform) => {
  let kept: object = {}
  const login = openAtLogin({
    platform,
    app: {
      getLoginItemSettings: () => ({ openAtLogin: 'openAtLogin' in kept && kept.openAtLogin }) as never,
      setLoginItemSettings: (settings) => {
        kept = settings
      },
    },
    env: {},
    userHome: '/nowhere',
    command: ['/electron', '/app'],
  })
  await login.set(true)
  expect(kept).toEqual({ openAtLogin: true, args: ['/app', '--hidden'] })
  expect(login.isOn()).toBe(true)
})
