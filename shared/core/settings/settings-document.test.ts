import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../contract/settings.ts'
import { patchSettings, readSettings } from './settings-document.ts'
import { settingsTemplate } from './settings-template.ts'

describe('reading settings', () => {
  it('takes the defaults for an empty file', () => {
    expect(readSettings('')).toMatchObject({ settings: defaultSettings, warnings: [] })
  })

  it('takes the defaults from the template that init writes, without a warning', () => {
    expect(readSettings(settingsTemplate)).toMatchObject({ settings: defaultSettings, warnings: [] })
  })

  it('takes what is set and the defaults for the rest', () => {
    const { settings, warnings } = readSettings('coordinator:\n  port: 9999\nnode:\n  tags: [gpu, docker]\n')
    expect(warnings).toEqual([])
    expect(settings).toEqual({
      ...defaultSettings,
      coordinator: { ...defaultSettings.coordinator, port: 9999 },
      node: { name: '', tags: ['gpu', 'docker'] },
    })
  })

  it('lets one bad key fall back alone and names its line', () => {
    const { settings, warnings } = readSettings('coordinator:\n  local_node: false\n  port: "9180"\n')
    expect(settings.coordinator).toEqual({ ...defaultSettings.coordinator, local_node: false })
    expect(warnings).toEqual([
      {
        line: 3,
        key: 'coordinator.port',
        text: expect.stringMatching(/^coordinator\.port .*; 9180 is used\.$/) as string,
      },
    ])
  })

  it('warns of a key it does not know, and of a known one in the wrong place', () => {
    const { warnings } = readSettings('colour: red\nport: 1\n')
    expect(warnings.map(({ line, key }) => [line, key])).toEqual([
      [1, 'colour'],
      [2, 'port'],
    ])
  })

  it('warns of a section that is no section, and keeps its defaults', () => {
    const { settings, warnings } = readSettings('language: en\ngateway: demo\n')
    expect(settings).toEqual({ ...defaultSettings, language: 'en' })
    expect(warnings).toMatchObject([{ line: 2, key: 'gateway' }])
  })

  it('takes a key without value, and a section without keys, as not set', () => {
    expect(readSettings('node:\n  name:\ngateway:\n')).toMatchObject({ settings: defaultSettings, warnings: [] })
  })

  it('does not reach into prototypes for a key named constructor or __proto__', () => {
    const { settings, warnings } = readSettings('constructor: 1\n__proto__: {coordinator: 1}\n')
    expect(settings).toEqual(defaultSettings)
    expect(warnings).toHaveLength(2)
  })

  it.each(['coordinator: {port: 1', 'a: 1\na: 2\n', '\tx: 1'])('says where %j stops being YAML', (text) => {
    expect(() => readSettings(text)).toThrow(
      expect.objectContaining({
        code: 'settings_invalid',
        message: expect.stringMatching(/line \d+, column \d+/) as string,
      }),
    )
  })
})

describe('changing settings', () => {
  const text = '# mine\ncoordinator:\n  port: 9999 # lucky\n\n# the rest\nlanguage: en\n'

  it('changes the one line and keeps comments, blank lines and order', () => {
    const read = readSettings(text)
    const wanted = { ...read.settings, coordinator: { ...read.settings.coordinator, port: 9280 } }
    expect(patchSettings(read.document, wanted)).toBe(text.replace('9999', '9280'))
  })

  it('changes nothing when nothing differs', () => {
    const read = readSettings(text)
    expect(patchSettings(read.document, read.settings)).toBe(text)
  })

  it.each([
    ['empty file', ''],
    ['a section that was nothing', 'node:\n'],
    ['a section that was a word', 'node: here\n'],
  ])('adds what is new to %s', (_, before) => {
    const read = readSettings(before)
    const wanted = { ...read.settings, node: { name: 'mac', tags: ['a', 'b'] } }
    expect(readSettings(patchSettings(read.document, wanted)).settings).toEqual(wanted)
  })

  it('leaves a bad value alone until its key is set', () => {
    const read = readSettings('coordinator:\n  port: none\n')
    expect(patchSettings(read.document, { ...read.settings, language: 'en' })).toContain('port: none')
    const wanted = { ...read.settings, coordinator: { ...read.settings.coordinator, port: 9281 } }
    expect(patchSettings(read.document, wanted)).toContain('port: 9281')
  })
})
