/** The built app asks at run time for nothing that its installers leave out. */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const built = path.join(root, 'dist/electron')

it('imports only Electron, Node and the packages that are installed with it', () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?js$/.test(name))
  const packages = files.flatMap((name) => asked(readFileSync(path.join(built, name), 'utf8')))
  expect(packages).toContain('fastify')
  const shipped = new Set(['electron', ...Object.keys(dependencies)])
  expect([...new Set(packages)].filter((name) => !isBuiltin(name) && !shipped.has(name))).toEqual([])
})

/** Names of the packages that a bundle imports, without the paths inside them and without its own chunks. */
function asked(code: string): string[] {
  const specifiers = code.matchAll(/(?:^(?:import|export)\b[^'"`;]*?|\b(?:import|require)\(\s*)["'`]([^"'`]+)["'`]/gm)
  return [...specifiers]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
}
