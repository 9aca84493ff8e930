import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../contract/settings.ts'
import type { Clock } from '../platform/clock.ts'
import { findHome, type Home } from '../platform/home.ts'
import { loadSettings } from './load-settings.ts'
import { openSettings } from './settings-file.ts'

const clock: Clock = { now: () => Date.parse('2026-01-02T03:04:05Z'), after: () => () => undefined }
let root: string
let home: Home
const file = () => path.join(root, 'settings.yaml')

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'claw-mesh-settings-'))
  home = findHome({ CLAW_MESH_HOME: root })
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('the settings file', () => {
  it('answers the defaults, and writes nothing, while there is no file', async () => {
    expect(openSettings({ home, clock }).read()).toEqual(defaultSettings)
    expect(await readdir(root)).toEqual([])
  })

  it('keeps the comments of its owner when it is written, and is for its owner only', async () => {
    await writeFile(file(), '# mine\nlanguage: en # for me\n')
    const settings = openSettings({ home, clock })
    settings.write({ ...settings.read(), language: 'zh-CN' })
    expect(await readFile(file(), 'utf8')).toBe('# mine\nlanguage: zh-CN # for me\n')
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(settings.read().language).toBe('zh-CN')
  })

  it('sees what was edited by hand after it was opened, and does not write over it', async () => {
    const settings = openSettings({ home, clock })
    const before = settings.read()
    await writeFile(file(), 'coordinator:\n  port: 9999 # by hand\n')
    settings.write({ ...settings.read(), language: 'en' })
    expect(before.coordinator.port).toBe(9180)
    expect(await readFile(file(), 'utf8')).toBe('coordinator:\n  port: 9999 # by hand\nlanguage: en\n')
  })

  it('starts a file with the explanations when there was none', async () => {
    openSettings({ home, clock }).write({ ...defaultSettings, language: 'en' })
    const text = await readFile(file(), 'utf8')
    expect(text).toContain('# system, en or zh-CN.\nlanguage: en')
  })

  it('tells of bad keys and goes on with the rest', async () => {
    await writeFile(file(), 'language: klingon\nnode:\n  name: mac\n')
    const settings = openSettings({ home, clock })
    expect(settings.read()).toEqual({ ...defaultSettings, node: { name: 'mac', tags: [] } })
    expect(settings.warnings()).toMatchObject([{ line: 1, key: 'language' }])
  })

  it('sets a file aside that is no YAML, says so, and works on', async () => {
    await writeFile(file(), 'coordinator: {port')
    const settings = openSettings({ home, clock })
    expect(settings.read()).toEqual(defaultSettings)
    expect(settings.setAside()).toBe(`${file()}.bad-2026-01-02T03-04-05-000Z`)
    expect(await readFile(settings.setAside() ?? '', 'utf8')).toBe('coordinator: {port')
    settings.write({ ...defaultSettings, language: 'en' })
    expect(openSettings({ home, clock }).read().language).toBe('en')
  })
})

describe('reading without owning the file', () => {
  it('leaves a file that is no YAML where it is and warns', async () => {
    await writeFile(file(), 'coordinator: {port')
    expect(await loadSettings(home)).toMatchObject({ settings: defaultSettings, warnings: [{ line: 1 }] })
    expect(await readdir(root)).toEqual(['settings.yaml'])
  })

  it('warns instead of failing when the file cannot be read', async () => {
    const folder = findHome({ CLAW_MESH_HOME: path.join(root, 'x') })
    await mkdir(path.join(root, 'x', 'settings.yaml'), { recursive: true })
    expect((await loadSettings(folder)).warnings).toHaveLength(1)
  })
})
