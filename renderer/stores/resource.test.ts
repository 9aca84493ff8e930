import { expect, it } from 'vitest'
import { PushQueue } from './resource.ts'

it('passes on at once, or in order after a hold', () => {
  const seen: number[] = []
  const queue = new PushQueue<number>({ apply: (event) => seen.push(event), max: 10 })
  queue.push(1)
  queue.hold()
  queue.push(2)
  queue.push(3)
  expect(seen).toEqual([1])
  expect(queue.release()).toBe(true)
  expect(seen).toEqual([1, 2, 3])
})

it('says when more came than it could hold', () => {
  const queue = new PushQueue<number>({ apply: () => undefined, max: 1 })
  queue.hold()
  queue.push(1)
  queue.push(2)
  expect(queue.release()).toBe(false)
  expect(queue.release()).toBe(true)
})
