import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { exitCode } from '../contract/error-tables.ts'
import { commands } from './commands.ts'

const page = await readFile(path.join(import.meta.dirname, '../../docs/command-line.md'), 'utf8')

it('the page about the command line has every command', () => {
  const told = [...page.matchAll(/^### `(\w+)/gm)].map(([, name]) => name)
  expect(told.toSorted()).toEqual(Object.keys(commands).toSorted())
})

it('the page about the command line has every error code, at its exit code', () => {
  const rows = [...page.matchAll(/^\| (\d+) \|[^|]*\|(.*)\|$/gm)]
  const told = rows.flatMap(([, exit, codes = '']) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code = '']) => [code, Number(exit)] as const),
  )
  expect(Object.fromEntries(told)).toEqual(exitCode)
})
