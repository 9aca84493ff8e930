// What the runtime promises of messages, in a form that real Electron is asked too.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { launchFixture } from './launch-fixture.ts'

const g = globalThis as any // names of the fixture's globals inside `evaluate`
let running: Awaited<ReturnType<typeof launchFixture>>
let main: (typeof running)['main']
let inPage: (typeof running)['inPage']
beforeAll(async () => {
  running = await launchFixture()
  ;({ main, inPage } = running)
})
afterAll(() => running.app.close())

describe('ipc', () => {
  it('clones every kind of value there and back', async () => {
    const r = await inPage(async () => {
      const i = (v: any) => (window as any).api.invoke('echo', v)
      const shared = { s: 1 }
      const cyc: any = { list: [shared, shared] }
      cyc.self = cyc
      const c = await i(cyc)
      const m = await i(new Map([[{ a: 1 }, new Set([1n, 'x'])]]))
      const e = await i(Object.assign(new TypeError('bad'), { code: 'X' }))
      const sparse = await i([1, , 3])
      return [
        c.self.list[0] === c.list[1],
        [...m.values()][0].has(1n),
        e.message,
        1 in sparse,
        sparse.length,
        (await i(new Date(9))).getTime(),
        Object.is(await i(-0), -0),
        await i(undefined),
        await i(null),
        await i(NaN),
        String(await i(/x/g)),
        (await i(new Float32Array([1.5])))[0],
        (await i(new Uint8Array([1, 2]).buffer)).byteLength,
        await i('ü€😀'),
        await i([undefined, { u: undefined }]),
      ]
    })
    assert.deepEqual(r, [
      true,
      true,
      'bad',
      true,
      3,
      9,
      true,
      undefined,
      null,
      NaN,
      '/x/g',
      1.5,
      2,
      'ü€😀',
      [undefined, { u: undefined }],
    ])
    assert.equal(
      await inPage(() => (window as any).api.invoke('describe', new Uint8Array(2))),
      '[object Uint8Array] Uint8Array',
    )
  })
  it('reports errors in one form', async () => {
    const r = await inPage(async () => {
      const i = (...a: any[]) => (window as any).api.invoke(...a).catch((e: any) => e.message)
      return [
        await i('fail', 'error'),
        await i('fail', 'string'),
        await i('nobody'),
        await i('fail', 'clone'),
        await i('echo', () => 1),
        await i('echo', document.body),
      ]
    })
    assert.deepEqual(r.slice(0, 3), [
      "Error invoking remote method 'fail': RangeError: out of range",
      "Error invoking remote method 'fail': just text",
      "Error invoking remote method 'nobody': Error: No handler registered for 'nobody'",
    ])
    assert.match(r[3], /^Error invoking remote method 'fail': .*could not be cloned/)
    assert.match(r[4], /could not be cloned/)
  })
  it('refuses a second handler', async () => {
    assert.equal(
      await main(({ ipcMain }) => {
        try {
          ipcMain.handle('echo', () => 1)
          return ''
        } catch (e: any) {
          return e.message
        }
      }),
      "Attempted to register a second handler for 'echo'",
    )
  })
  it('names the sender', async () => {
    const s = await inPage(() => (window as any).api.invoke('sender'))
    assert.match(s.url, /^file:\/\/.*\/fixture\/index\.html$/)
    assert.deepEqual([s.same, s.id, s.main], [true, 1, true])
  })
  it('sends both ways and in order', async () => {
    const r = await inPage(
      () =>
        new Promise((resolve) => {
          const got: any[] = []
          ;(window as any).api.on('pong', (...a: any[]) => {
            got.push(a)
            if (got.length === 3) resolve(got)
          })
          for (let n = 0; n < 3; n++) (window as any).api.send('ping', n)
        }),
    )
    assert.deepEqual(r, [
      [0, 'again'],
      [1, 'again'],
      [2, 'again'],
    ])
    const waiting = inPage(() => new Promise((resolve) => (window as any).api.once('hello', (v: any) => resolve(v))))
    await new Promise((r) => setTimeout(r, 50))
    await main(() => g.win.webContents.send('hello', { at: new Date(1) }))
    assert.equal(((await waiting) as any).at.getTime(), 1)
  })
  it('answers sendSync at once', async () => {
    const r = await inPage(() => {
      const a = (window as any).api.sendSync('sync', 1, 2)
      return [
        a.sum,
        a.date.getTime(),
        (window as any).api.sendSync('sync-later'),
        (window as any).api.sendSync('nobody-sync') ?? null,
      ]
    })
    assert.deepEqual(r, [3, 0, 'later', null])
  })
})
