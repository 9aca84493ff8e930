import { expect, it } from 'vitest'
import { createI18n, translator } from '../../../shared/i18n/create-i18n.ts'
import { fakeClock } from '../../../shared/testing/fake-clock.ts'
import { groupMs, type Notice, NodeNotices } from './node-notices.ts'

function setUp() {
  const clock = fakeClock()
  const shown: Notice[] = []
  const t = translator(createI18n('en'))
  const notices = new NodeNotices({ clock, t: () => t, notify: (notice) => shown.push(notice) })
  return { clock, shown, notices }
}
const node = (name: string) => ({ id: `id-${name}`, name })

it('tells of nodes lost and back together, after ten seconds', async () => {
  const { clock, shown, notices } = setUp()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) notices.heard(node(name), false)
  notices.heard(node('mac'), true)
  await clock.advance(groupMs - 1)
  expect(shown).toEqual([])
  await clock.advance(1)
  expect(shown).toEqual([
    { title: '7 nodes are offline', body: 'a, b, c, d, e and 2 more' },
    { title: 'mac is back', body: '' },
  ])
})

it('says nothing of a node that came back at once', async () => {
  const { clock, shown, notices } = setUp()
  notices.heard(node('mac'), false)
  notices.heard(node('mac'), true)
  await clock.advance(groupMs)
  expect(shown).toEqual([])
})

it('leaves no timer when stopped', () => {
  const { clock, notices } = setUp()
  notices.heard(node('mac'), false)
  notices.stop()
  expect(clock.pending).toBe(0)
})
