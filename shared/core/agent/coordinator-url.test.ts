import { expect, it } from 'vitest'
import { coordinatorBase, linkUrl } from './coordinator-url.ts'

it('keeps a path before ours and drops the slash at the end', () => {
  expect(coordinatorBase('https://mesh.example/claws/')).toBe('https://mesh.example/claws')
  expect(coordinatorBase('http://localhost:9180/')).toBe('http://localhost:9180')
  expect(coordinatorBase('localhost:9180')).toBe('http://localhost:9180')
})

it('makes the address of the link', () => {
  expect(linkUrl('http://127.0.0.1:9180')).toBe('ws://127.0.0.1:9180/ws/agent')
  expect(linkUrl('https://mesh.example/claws')).toBe('wss://mesh.example/claws/ws/agent')
})

it.each(['', 'ftp://localhost', 'http://', 'https://me:secret@mesh.example', 'https://mesh.example/?token=x'])(
  'refuses %j without repeating a secret',
  (text) => {
    expect(() => coordinatorBase(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
    expect(() => coordinatorBase(text)).not.toThrow(/secret/)
  },
)

it('refuses plain http off this computer', () => {
  expect(() => coordinatorBase('http://192.168.1.4:9180')).toThrow(/in clear/)
  expect(() => coordinatorBase('http://127.0.0.1.evil.example')).toThrow(/in clear/)
  expect(coordinatorBase('http://[::1]:9180')).toBe('http://[::1]:9180')
})
