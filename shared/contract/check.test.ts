import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { check, isValid } from './check.ts'
import { MeshError } from './error.ts'
import { Load } from './node.ts'
import { SendMessage } from './message.ts'

/** The error that `check` throws for a value, or a failed test. */
function problemOf(
  schema: Parameters<typeof check>[0],
  value: unknown,
  options?: Parameters<typeof check>[2],
): MeshError {
  try {
    check(schema, value, options)
  } catch (error) {
    if (error instanceof MeshError) return error
    throw error
  }
  throw new Error('The value passed.')
}
const load = { running: 0, queued: 0, slots: 1, cpu: 0, memory: 0, on_battery: false, paused: false }

describe('checking a value', () => {
  it('hands back the very value that was given', () => {
    const value = { content: 'Hi', requires: { skill: ['a', 'b'], gpu: true } }
    expect(check(SendMessage, value)).toBe(value)
    expect(isValid(SendMessage, value)).toBe(true)
  })

  it.each<[string, unknown, string, RegExp]>([
    ['an unknown field', { content: 'Hi', colour: 'red' }, 'colour', /^colour: is not a known field\.$/],
    ['an unknown field inside', { content: 'Hi', requires: { gpus: 1 } }, 'requires.gpus', /is not a known field/],
    ['a missing field', { source: 'cli' }, 'content', /^content: is missing\.$/],
    ['a wrong type', { content: 7 }, 'content', /^content: must be string\.$/],
    ['a number as text', { content: 'Hi', priority: '3' }, 'priority', /^priority: must be integer\.$/],
    ['a number out of range', { content: 'Hi', priority: 6 }, 'priority', /^priority: must be <= 5\.$/],
    [
      'a word that is not in the list',
      { content: 'Hi', requires: { os: 'mac' } },
      'requires.os',
      /must be one of darwin, linux/,
    ],
    ['a wrong item', { content: 'Hi', requires: { skill: ['a', 7] } }, 'requires.skill.1', /must be string/],
    ['an empty text', { content: '' }, 'content', /must not have fewer than 1 characters/],
  ])('names the field of %s', (_, value, field, message) => {
    const problem = problemOf(SendMessage, value, { what: 'body' })
    expect(problem).toMatchObject({ code: 'invalid_input', details: { field } })
    expect(problem.message).toMatch(message)
    expect(problem.hint).toBe(`Correct "${field}" in the body and send it again.`)
  })

  it.each([undefined, null, 7, 'text', [], true])('names the whole when %o is no object at all', (value) => {
    const problem = problemOf(SendMessage, value, { what: 'body' })
    expect(problem).toMatchObject({ details: { field: 'body' }, hint: 'Correct the body and send it again.' })
  })

  it('answers with the code of the door it came through', () => {
    expect(problemOf(Load, { ...load, cpu: 2 }, { what: 'heartbeat frame', code: 'bad_frame' })).toMatchObject({
      ...{ code: 'bad_frame', message: 'cpu: must be <= 1.' },
    })
  })

  it('never repeats a value, and a key only cut short', () => {
    const secret = 'cm_node_0123456789'
    const long = 'k'.repeat(500)
    const told = [
      problemOf(SendMessage, { content: 'Hi', priority: secret }),
      problemOf(SendMessage, { content: 'Hi', requires: { os: secret } }),
      problemOf(SendMessage, { content: 'Hi', [long]: secret }),
    ].map((problem) => JSON.stringify(problem.toBody()))
    for (const text of told) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain('k'.repeat(65))
    }
  })

  it('takes a key named like a part of every object as the unknown field it is', () => {
    const value: unknown = JSON.parse('{"content":"Hi","__proto__":{"priority":1}}')
    expect(problemOf(SendMessage, value).details).toMatchObject({ field: '__proto__' })
  })

  it('tells a field with a slash or a dot apart from a path', () => {
    const schema = Type.Object({ 'a/b': Type.Integer() }, { additionalProperties: false })
    expect(problemOf(schema, { 'a/b': 'x' }).details).toMatchObject({ field: 'a/b' })
  })
})
