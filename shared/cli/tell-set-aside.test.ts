import { expect, it } from 'vitest'
import { tellSetAside } from './tell-set-aside.ts'
import { fakeContext } from './testing/fakes.ts'

const aside = {
  file: '/data/coordinator.db',
  kept: '/data/coordinator.db.damaged-2026-01-02',
  why: 'A page is not what it should be.',
  lost: { waiting: 3, with_a_node: 1 },
}

it('says where the damaged file is kept and what was lost with it', () => {
  const { context, err } = fakeContext()
  tellSetAside(context, aside)
  expect(err.text).toContain('/data/coordinator.db was damaged')
  expect(err.text).toContain(aside.kept)
  expect(err.text).toContain('3 waiting messages, 1 with a node')
})

it('says so where nothing can be read of it, in Chinese too', () => {
  const { context, err } = fakeContext({}, 'zh-CN')
  tellSetAside(context, { ...aside, lost: {} })
  expect(err.text).toMatch(/损坏[^]*无法/)
})

it('is one object with --json', () => {
  const { context, out } = fakeContext({ json: true })
  tellSetAside(context, aside)
  expect(JSON.parse(out.text)).toEqual({ set_aside: aside })
})
