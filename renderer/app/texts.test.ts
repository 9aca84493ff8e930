import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { enWeb } from '../../shared/i18n/en-web.ts'
import { zhWeb } from '../../shared/i18n/zh-web.ts'

const flat = (value: object, at = ''): [string, string][] =>
  Object.entries(value).flatMap(([key, text]) =>
    typeof text === 'string' ? [[at + key, text] as [string, string]] : flat(text as object, `${at}${key}.`),
  )
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
const english = flat(enWeb)
const chinese = new Map(flat(zhWeb))

it('has every text in both languages, with the same values to fill in', () => {
  expect([...chinese.keys()].sort()).toEqual(english.map(([key]) => key).sort())
  for (const [key, text] of english) expect([key, holes(chinese.get(key) ?? '')]).toEqual([key, holes(text)])
})

it('has Chinese for every text but names and signs', () => {
  const same = english.filter(
    ([key, text]) => text === chinese.get(key) && /[a-z]{3}/.test(text.replace(/\{\{\w+\}\}/g, '')),
  )
  expect(same.map(([key]) => key)).toEqual([
    'os.darwin',
    'os.linux',
    'os.windows',
    'os.freebsd',
    'adapter.openclaw-rpc',
  ])
})

it('has no text that nobody shows', () => {
  const root = path.join(import.meta.dirname, '..')
  const source = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  // `web:os.${os}` shows every text of its group.
  const groups = [...source.matchAll(/web:([\w.]+\.)\$\{/g)].map(([, group]) => group ?? '')
  const groupOfTitle = /web:\$\{\w+\}\.title/.test(source)
  const unused = english.filter(
    ([key]) =>
      !source.includes(`web:${key}'`) &&
      !groups.some((group) => key.startsWith(group)) &&
      !(groupOfTitle && (key === 'messages.title' || key === 'nodes.title')),
  )
  expect(unused.map(([key]) => key)).toEqual([])
})
