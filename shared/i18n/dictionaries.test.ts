import { describe, expect, it } from 'vitest'
import { Affinity, Outcome, ReasonCode, Verdict } from '../contract/decision.ts'
import { ErrorCode } from '../contract/error.ts'
import { MessageState, Waiting } from '../contract/message.ts'
import { Condition, NodeStatus } from '../contract/node.ts'
import { en } from './en.ts'
import { enWeb } from './en-web.ts'
import { zhCN } from './zh-CN.ts'
import { zhWeb } from './zh-web.ts'

interface Tree {
  readonly [key: string]: string | Tree
}

function flat(tree: Tree, at = ''): Map<string, string> {
  const entries = Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[at + key, value] as const] : [...flat(value, `${at}${key}.`)],
  )
  return new Map(entries)
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()
const commands = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]).sort()

const english = flat({ ...en, web: enWeb })
const chinese = flat({ ...zhCN, web: zhWeb })

describe('the dictionaries', () => {
  it('have the same keys', () => {
    expect([...chinese.keys()]).toEqual([...english.keys()])
  })

  it('have a text for every key', () => {
    for (const [key, text] of [...english, ...chinese]) expect(text, key).not.toBe('')
  })

  it('fill in the same values', () => {
    for (const [key, text] of english) expect(placeholders(chinese.get(key) ?? ''), key).toEqual(placeholders(text))
  })

  it('name the same commands', () => {
    for (const [key, text] of english) expect(commands(chinese.get(key) ?? ''), key).toEqual(commands(text))
  })

  it.each([
    ['error', ErrorCode.enum],
    ['status', NodeStatus.enum],
    ['condition', Condition.enum],
    ['state', MessageState.enum],
    ['affinity', Affinity.enum],
    ['outcome', Outcome.enum],
    ['verdict', Verdict.properties.verdict.enum],
    ['waiting', Waiting.properties.reason.enum],
  ] as const)('name everything the contract knows as %s', (group, codes) => {
    expect(Object.keys(en.common[group]).sort()).toEqual([...codes].sort())
  })

  it('have a sentence for every reason', () => {
    for (const code of ReasonCode.enum) expect(english.has(`common.reason.${code}`), code).toBe(true)
  })
})
