import { expect, it } from 'vitest'
import { agentDir, folderName } from './agent-dir.ts'

const home = { config: '/c', data: '/d', log: '/l' }

it('keeps the machine’s own node apart from named ones', () => {
  expect(agentDir(home, undefined)).toBe('/d/agent')
  expect(agentDir(home, 'linux-gpu')).toBe('/d/agents/linux-gpu')
})

it('takes names that differ only in case for one, as the mesh does', () => {
  expect(folderName('Mac')).toBe(folderName('mac'))
})

it.each(['..', '../../etc', 'a/b', 'a b', 'a-b ', '龙虾', '虾龙', '.', 'CON:', 'x'.repeat(64)])(
  'gives %j a folder of its own that leads nowhere else',
  (name) => {
    expect(folderName(name)).toMatch(/^[a-z0-9][a-z0-9-]{0,63}$/)
    expect(folderName(name)).not.toBe(folderName('a-b'))
  },
)

it('gives different names different folders', () => {
  const names = ['a b', 'a-b', 'a/b', '龙虾', '虾龙', '..', '.', 'x'.repeat(63), 'x'.repeat(64)]
  expect(new Set(names.map(folderName)).size).toBe(names.length)
})
