// The installers' configuration, as electron-builder itself reads it, and the pictures it and the app name.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js'
import { DebugLogger } from 'builder-util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { iconFiles } from './icon-files.ts'

const root = path.resolve(import.meta.dirname, '..')
const read = (name: string) => readFileSync(path.join(root, name), 'utf8')
const config = parse(read('electron-builder.yml'))
const pngSize = (file: string) => {
  const bytes = readFileSync(file)
  return [bytes.toString('latin1', 1, 4), bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

describe('the installers', () => {
  it('are described in a way that electron-builder accepts', async () => {
    await expect(validateConfiguration(structuredClone(config), new DebugLogger(false))).resolves.toBeUndefined()
  })

  it('would not be built from a description with an unknown key', async () => {
    const wrong = { ...structuredClone(config), electronFuses: { runAsNodes: false } }
    await expect(validateConfiguration(wrong, new DebugLogger(false))).rejects.toThrow('configuration.electronFuses')
  })

  it('close every way to run other code with the app’s binary', () => {
    expect(config.asar).toBe(true)
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
    })
    const opened = [...read(config.mac.entitlements).matchAll(/<key>(.+?)<\/key>/g)].map(([, key]) => key)
    expect(opened).toEqual(['com.apple.security.cs.allow-jit'])
  })

  it('exist for the three systems, with the link they open', () => {
    const targets = (system: string) => (config[system].target as { target: string }[]).map((one) => one.target)
    expect({ mac: targets('mac'), win: targets('win'), linux: targets('linux') }).toEqual({
      mac: ['dmg', 'zip'],
      win: ['nsis'],
      linux: ['AppImage', 'deb'],
    })
    expect(config.protocols).toEqual([{ name: 'claw-mesh join link', schemes: ['claw-mesh'] }])
    expect(JSON.parse(read('package.json')).main).toBe('dist/electron/main.js')
  })

  it('find every icon they name', () => {
    for (const icon of [config.mac.icon, config.win.icon, config.linux.icon])
      expect(existsSync(path.join(root, icon)), icon).toBe(true)
  })
})

describe('the icons', () => {
  it.each(iconFiles())('$path is rendered at its size', ({ path: file, size }) => {
    expect(pngSize(path.join(root, 'resources', file))).toEqual(['PNG', size, size])
  })
})
