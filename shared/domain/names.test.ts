import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldName, maxNameChars, resolveNode, slugOf, uniqueName } from './names.ts'

const text = fc.string({ unit: 'binary', maxLength: 80 })

describe('folding a name', () => {
  it('ignores case, width, composition and space around', () => {
    expect(foldName('  Mac-Mini ')).toBe('mac-mini')
    expect(foldName('ＭＡＣ')).toBe('mac')
    expect(foldName('Cafe\u0301')).toBe(foldName('CAFÉ'))
    expect(foldName('Straße')).toBe(foldName('STRASSE'))
    expect(foldName('STRAẞE')).toBe(foldName('STRASSE'))
    expect(foldName('ΟΔΟΣ')).toBe(foldName('οδος'))
  })

  it('keeps different names apart', () => {
    expect(foldName('mac 1')).not.toBe(foldName('mac-1'))
    expect(foldName('书房')).not.toBe(foldName('客厅'))
  })

  it('is done after one time', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(foldName(foldName(name))).toBe(foldName(name))
      }),
      { numRuns: 500 },
    )
  })

  it('gives the short way for ASCII what the long way would give', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (name) => {
        expect(foldName(`${name}é`)).toBe(`${foldName(`${name}x`).slice(0, -1)}é`)
      }),
    )
  })
})

describe('the slug of a name', () => {
  it('is one word in any script', () => {
    expect(slugOf('Ann’s MacBook Pro (2)')).toBe('ann-s-macbook-pro-2')
    expect(slugOf('书房 的 Mac')).toBe('书房-的-mac')
    expect(slugOf('***')).toBe('node')
  })
})

describe('a unique name', () => {
  it('is the wanted one when it is free, else it gets a number', () => {
    expect(uniqueName(' mac ', [])).toBe('mac')
    expect(uniqueName('Mac', ['MAC'])).toBe('Mac-2')
    expect(uniqueName('mac', ['mac', 'Mac-2', 'mac-3'])).toBe('mac-4')
    expect(uniqueName('   ', ['node'])).toBe('node-2')
  })

  it('stays within the limit, whole characters only', () => {
    const long = 'm'.repeat(64)
    expect(uniqueName(long, [long])).toBe(`${'m'.repeat(62)}-2`)
    expect(uniqueName('😀'.repeat(40), ['😀'.repeat(32)])).toBe(`${'😀'.repeat(31)}-2`)
  })

  it('is free and valid for any name and any that are taken', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 8 }), (name, others) => {
        const taken = [...others, name]
        const made = uniqueName(name, taken)
        expect(made.length).toBeGreaterThan(0)
        expect(made.length).toBeLessThanOrEqual(maxNameChars)
        expect(taken.map(foldName)).not.toContain(foldName(made))
      }),
    )
  })
})

describe('finding a node', () => {
  const nodes = [
    { id: 'node-1', name: 'node-2' },
    { id: 'node-2', name: 'Mac Mini' },
  ]
  it('goes by id first, then by name in any case', () => {
    expect(resolveNode(nodes, 'node-2')?.name).toBe('Mac Mini')
    expect(resolveNode(nodes, 'mac mini')?.id).toBe('node-2')
    expect(resolveNode(nodes, 'NODE-2')?.id).toBe('node-1')
    expect(resolveNode(nodes, 'vps')).toBeUndefined()
  })
})
