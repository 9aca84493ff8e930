/**
 * Bundles the test runtime into node_modules/.cache: `electron` (the executable), main.mjs, utility.mjs.
 * `node electron/e2e/runtime/build.ts` builds it by hand; the specs build it before they start.
 */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { build, type Plugin } from 'esbuild'
import { runtimeFolder } from '../runtime-folder.ts'
import { readSurface } from './surface.ts'

const source = path.join(import.meta.dirname, 'src')

export async function buildRuntime(): Promise<void> {
  fs.mkdirSync(runtimeFolder, { recursive: true })
  const contents = {
    'eoc:main-world': await asText('renderer/main-world.ts', 'eocMainWorld'),
    'eoc:isolated-world': await asText('renderer/isolated-world.ts', 'eocIsolatedWorld'),
    'eoc:encoder': await asText('wire.ts', 'encode', 'eocEncode'),
  }
  await build({
    entryPoints: { main: path.join(source, 'main.ts'), utility: path.join(source, 'utility.ts') },
    outdir: runtimeFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    plugins: [virtual(contents, JSON.stringify(readSurface()))],
    legalComments: 'none',
    sourcemap: 'linked',
    logLevel: 'warning',
    // The bundled `ws` is CommonJS and asks for Node's own modules.
    banner: {
      js: "import { createRequire as eocCreateRequire } from 'node:module'; const require = eocCreateRequire(import.meta.url);",
    },
    external: ['bufferutil', 'utf-8-validate'],
  })
  const executable = path.join(runtimeFolder, 'electron')
  fs.copyFileSync(path.join(source, 'electron.sh'), executable)
  fs.chmodSync(executable, 0o755)
  // Where the package `electron` looks for it on a Mac that has the real one.
  const inBundle = path.join(runtimeFolder, 'Electron.app/Contents/MacOS/Electron')
  fs.mkdirSync(path.dirname(inBundle), { recursive: true })
  fs.writeFileSync(inBundle, '#!/bin/sh\nexec "$(dirname -- "$0")/../../../electron" "$@"\n', { mode: 0o755 })
}

/** What runs in a page travels as text inside main.mjs; evaluating it defines the variable `as`. */
async function asText(file: string, name: string, as = name): Promise<string> {
  const result = await build({
    stdin: { contents: `export { ${name} as default } from './${file}'`, resolveDir: source, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: `${as}Module`,
    platform: 'browser',
    target: 'chrome120',
    legalComments: 'none',
    minifySyntax: true,
  })
  return `${result.outputFiles[0]?.text ?? ''}\nvar ${as} = ${as}Module.default;`
}

function virtual(texts: Record<string, string>, surface: string): Plugin {
  return {
    name: 'generated',
    setup(build) {
      build.onResolve({ filter: /^eoc:/ }, (asked) => ({ path: asked.path, namespace: 'eoc' }))
      build.onLoad({ filter: /^eoc:surface$/, namespace: 'eoc' }, () => ({ contents: surface, loader: 'json' }))
      build.onLoad({ filter: /./, namespace: 'eoc' }, (asked) => ({
        contents: texts[asked.path] ?? '',
        loader: 'text',
      }))
    },
  }
}

if (process.argv[1] === import.meta.filename) await buildRuntime()
