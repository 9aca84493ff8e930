import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hrefOf, pages, parseRoute } from './route.ts'

it('finds again what it linked to, whatever the id holds', () => {
  fc.assert(
    fc.property(fc.constantFrom(...pages), fc.string({ unit: 'grapheme', minLength: 1 }), (page, nodeId) => {
      const route = page === 'settings' ? { page } : { page, nodeId }
      expect(parseRoute(hrefOf(route))).toEqual(route)
    }),
  )
})

it.each(['', '#', '#/', '#/nowhere', '#compose', '#/<b>/x'])('shows the nodes for %j', (hash) => {
  expect(parseRoute(hash).page).toBe('nodes')
})

it('takes an address that cannot be decoded as none', () => {
  expect(parseRoute('#/nodes/%E0%A4%A')).toEqual({ page: 'nodes' })
})
