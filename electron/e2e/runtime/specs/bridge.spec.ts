// What the runtime promises of context bridge, in a form that real Electron is asked too.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { onTestRuntime } from '../../launch.ts'
import { launchFixture } from './launch-fixture.ts'

let running: Awaited<ReturnType<typeof launchFixture>>
let inPage: (typeof running)['inPage']
beforeAll(async () => {
  running = await launchFixture()
  ;({ inPage } = running)
})
afterAll(() => running.app.close())

describe('contextBridge', () => {
  it('copies values', async () => {
    const r = await inPage(() => {
      const a = (window as any).api
      return [
        a.number,
        a.text,
        a.nothing,
        'undef' in a,
        String(a.big),
        a.date instanceof Date && a.date.getTime(),
        a.re instanceof RegExp && String(a.re),
        a.map instanceof Map && a.map.get('k').n,
        a.bytes instanceof Uint8Array && a.bytes[2],
        Number.isNaN(a.nan),
      ]
    })
    assert.deepEqual(r, [7, 'text', null, true, '12', 5, '/a+/gi', 1, 3, true])
  })
  it('drops prototypes, symbols and the details of errors', async () => {
    const r = await inPage(() => {
      const a = (window as any).api
      return [
        a.point.x,
        typeof a.point.double,
        a.symbol,
        a.error.message,
        a.error.name,
        a.error.code,
        a.error instanceof Error,
      ]
    })
    if (onTestRuntime) assert.deepEqual(r, [4, 'undefined', undefined, 'an error', 'Error', undefined, true])
  })
  it('freezes what it exposes and binds a name once', async () => {
    const r = await inPage(() => {
      const w = window as any
      w.api = 1
      return [typeof w.api, Object.isFrozen(w.api), Object.isFrozen(w.api.nested.list), w.again]
    })
    assert.deepEqual(r, [
      'object',
      true,
      true,
      'Cannot bind an API on top of an existing property on the window object',
    ])
  })
  it('calls functions at once, both ways, and gives back the original', async () => {
    const r = await inPage(() => {
      const a = (window as any).api
      const f = (x: number) => x * 10
      a.keep(f)
      return [
        a.add(2, 3),
        a.callback((x: number) => x + 1, 41),
        a.nested.list[1].f(1),
        a.identity(f) === f,
        a.isSame(f),
        a.identity({ deep: [{ f }] }).deep[0].f(2),
      ]
    })
    assert.deepEqual(r, [5, 42, 2, true, false, 20])
  })
  it('passes errors and promises', async () => {
    const r = await inPage(async () => {
      const a = (window as any).api
      const t = (f: () => any) => {
        try {
          return f()
        } catch (e: any) {
          return [e.constructor === Error, e.message, e.code]
        }
      }
      const later = await a.later(6)
      return [
        t(a.fail),
        t(a.failText)[1].slice(0, 30),
        await a.laterFail().catch((e: any) => [e.constructor === Error, e.message, e.code]),
        later.v,
        later.f(),
        await a.promise,
        t(() =>
          a.callback(() => {
            throw new Error('from the page')
          }),
        ),
      ]
    })
    assert.deepEqual(r, [
      [true, 'sync failure', undefined],
      'An unknown exception occurred ',
      [true, 'async failure', undefined],
      6,
      6,
      'resolved',
      [true, 'from the page', undefined],
    ])
  })
  it('clones arguments into the other world and refuses what cannot be cloned', async () => {
    const r = await inPage(() => {
      const a = (window as any).api
      let e = ''
      try {
        a.weak()
      } catch (x: any) {
        e = x.message
      }
      const o: any = { a: 1 }
      o.self = o
      return [
        a.typeOf(new Map()),
        a.typeOf([1]),
        a.identity(o).self.self.a,
        e,
        a.identity(document.body) === document.body,
        a.typeOf(document.body),
      ]
    })
    assert.deepEqual(r.slice(0, 3), ['[object Map] Map', '[object Array]', 1])
    assert.match(r[3] as string, /could not be cloned/)
    assert.deepEqual(r.slice(4), [true, '[object HTMLBodyElement]'])
  })
})
