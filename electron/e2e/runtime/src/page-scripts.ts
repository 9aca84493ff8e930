/** The scripts that every document of a page starts with: the two worlds and the app's preload. */
import fs from 'node:fs'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import ISOLATED_WORLD from 'eoc:isolated-world'
import MAIN_WORLD from 'eoc:main-world'
import { inner } from './schemes.ts'
import { memberNames, rendererExports } from './util.ts'

export const WORLD = 'Electron Isolated Context'

interface Script {
  source: string
  worldName?: string
}

export function worldScripts(key: string, binding: string, process: any): Script[] {
  const exports = Object.fromEntries(Object.entries(rendererExports).map(([name, x]) => [name, memberNames(x.iface)]))
  const cfg = { key, binding, exports, process }
  return [
    { source: `(()=>{${MAIN_WORLD};eocMainWorld(${JSON.stringify({ key })})})()` },
    { source: `(()=>{${ISOLATED_WORLD};eocIsolatedWorld(${JSON.stringify(cfg)})})()`, worldName: WORLD },
  ]
}

/** Throws when the file cannot be read or parsed. */
export function preloadScript(key: string, file: string): Script {
  const code = fs.readFileSync(file, 'utf8')
  const head = '(function (require, process, Buffer, global, setImmediate, clearImmediate, exports, module) {'
  new vm.Script(`${head}${code}\n})`, { filename: file }) // a syntax error must not pass silently
  const source = `globalThis[${JSON.stringify(key)}]?.preload(${JSON.stringify(file)}, ${head}${inner(code)}\n}));\n//# sourceURL=${pathToFileURL(file).href}`
  return { source, worldName: WORLD }
}

export function preloadText(file: string | undefined): string | null {
  try {
    return file === undefined ? null : fs.readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
