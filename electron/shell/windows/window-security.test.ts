/** Every option, handler and header on which the safety of the window rests: a change to one of them has to be made here too. */
import path from 'node:path'
import { expect, it } from 'vitest'
import { fileFor, pageHeaders, serveFiles } from './app-protocol.ts'
import { guardContents, guardSession, mayOpenOutside } from './guard-contents.ts'
import { windowOptions } from './window-options.ts'

it('makes the window so that its page is a page and nothing more', () => {
  expect(windowOptions('/preload.cjs', '/icon.png')).toEqual({
    title: 'claw-mesh',
    width: 1_080,
    height: 720,
    minWidth: 360,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    icon: '/icon.png',
    webPreferences: {
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    },
  })
})

it('lets no page go elsewhere or open a window, and shows only web links in a browser', () => {
  const heard = new Map<string, (event: { preventDefault: () => void }) => void>()
  let open: (details: { url: string }) => { action: string } = () => ({ action: 'none' })
  const outside: string[] = []
  const contents = {
    on: (name: string, listener: never) => void heard.set(name, listener),
    setWindowOpenHandler: (handler: typeof open) => {
      open = handler
    },
  }
  guardContents(contents as never, (url) => outside.push(url))
  expect([...heard.keys()]).toEqual(['will-navigate', 'will-redirect', 'will-frame-navigate'])
  for (const [name, listener] of heard) {
    let prevented = 0
    listener({ preventDefault: () => prevented++ })
    expect(prevented, name).toBe(1)
  }
  for (const url of [
    'https://docs.example/',
    'file:///etc/passwd',
    'javascript:1',
    'smb://host/share',
    'claw-mesh://join',
  ])
    expect(open({ url })).toEqual({ action: 'deny' })
  expect(outside).toEqual(['https://docs.example/'])
  expect(mayOpenOutside('https://user:pass@host/')).toBe(false)
})

it('grants no permission, asked for or looked up', () => {
  const answers: unknown[] = []
  guardSession({
    setPermissionRequestHandler: (handler) =>
      handler?.({} as never, 'media', (granted) => void answers.push(granted), {} as never),
    setPermissionCheckHandler: (handler) => void answers.push(handler?.(null, 'geolocation', '', {} as never)),
  })
  expect(answers).toEqual([false, false])
})

const root = path.resolve('/srv/web')
it.each([
  ['app://claw-mesh/', 'index.html'],
  ['app://claw-mesh/assets/a.js?x#y', 'assets/a.js'],
])('serves %s', (url, file) => expect(fileFor(root, url)).toBe(path.join(root, file)))

it.each([
  'app://other/index.html',
  'https://claw-mesh/index.html',
  'app://claw-mesh/..%2f..%2fetc/passwd',
  'app://claw-mesh/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'app://claw-mesh/..%5c..%5csecret.js',
  'app://claw-mesh/a%00.js',
  'app://claw-mesh/%zz',
  'nonsense',
])('serves nothing for %s', (url) => expect(fileFor(root, url)).toBeUndefined())

it('answers with the strict policy, known types only, and reading only', async () => {
  const serve = serveFiles(import.meta.dirname)
  for (const [method, name] of [
    ['GET', 'window-security.test.ts'],
    ['GET', 'missing.js'],
    ['POST', 'missing.js'],
  ] as const) {
    const reply = await serve({ method, url: `app://claw-mesh/${name}` })
    expect(reply.status).toBe(404)
    expect(reply.headers.get('content-security-policy')).toBe(pageHeaders['content-security-policy'])
  }
  expect(pageHeaders['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
})
