import { expect, it } from 'vitest'
import { seconds, sendInput } from './send-input.ts'

it('asks for nothing when nothing is asked for', () => {
  expect(sendInput('hello', {}, 'k')).toEqual({ content: 'hello', source: 'cli', idempotency_key: 'k' })
})

it('turns options into requirements, in the wire’s names', () => {
  const options = {
    os: 'macOS',
    arch: 'x64',
    gpu: true,
    vramGb: '12.5',
    memoryGb: '64',
    skill: ['apple-notes'],
    tool: ['docker, git', 'docker'],
    tag: ['home'],
    conversation: 'c1',
    priority: '1',
    timeout: '10m',
  }
  expect(sendInput('hello', options, 'k')).toMatchObject({
    conversation: 'c1',
    priority: 1,
    timeout_s: 600,
    requires: {
      os: 'darwin',
      arch: 'amd64',
      gpu: true,
      vram_gb: 12.5,
      memory_gb: 64,
      skill: ['apple-notes'],
      tool: ['docker', 'git'],
      tag: ['home'],
    },
  })
})

it.each([
  [{ node: 'a', auto: true }, '--auto'],
  [{ os: 'amiga' }, 'os'],
  [{ memoryGb: 'lots' }, '--memory-gb'],
  [{ priority: '9' }, 'priority'],
  [{ timeout: 'soon' }, '--timeout'],
])('names the option that is wrong in %j', (options, name) => {
  expect(() => sendInput('hello', options, 'k')).toThrow(
    expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(name) as string }),
  )
})

it('refuses an empty message', () => {
  expect(() => sendInput(' \n', {}, 'k')).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})

it.each([
  ['90', 90],
  ['90s', 90],
  ['10m', 600],
  ['2h', 7_200],
])('reads %s as %i seconds', (text, value) => {
  expect(seconds(text)).toBe(value)
})

it.each(['0', '-1', '1.5h', '', 'm'])('takes %j for no length of time', (text) => {
  expect(() => seconds(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})
