import { expect, it } from 'vitest'
import { createI18n, translator } from '../../../shared/i18n/create-i18n.ts'
import { fakeClock } from '../../../shared/testing/fake-clock.ts'
import { DecisionNotices } from './decision-notices.ts'
import { groupMs, type Notice } from './node-notices.ts'

function setUp() {
  const clock = fakeClock()
  const shown: Notice[] = []
  const t = translator(createI18n('en'))
  const notices = new DecisionNotices({ clock, t: () => t, notify: (notice) => shown.push(notice) })
  return { clock, shown, notices }
}

it('tells of interrupted messages together, and leads to them', async () => {
  const { clock, shown, notices } = setUp()
  notices.heard('m1', true)
  notices.heard('m2', true)
  notices.heard('m2', true)
  await clock.advance(groupMs - 1)
  expect(shown).toEqual([])
  await clock.advance(1)
  expect(shown).toMatchObject([{ title: '2 messages were interrupted', view: { view: 'messages' } }])
  notices.heard('m3', true)
  await clock.advance(groupMs)
  expect(shown.at(-1)?.title).toBe('A message was interrupted')
})

it('says nothing of one that went on by itself', async () => {
  const { clock, shown, notices } = setUp()
  notices.heard('m1', true)
  notices.heard('m1', false)
  notices.heard('m2', false)
  await clock.advance(groupMs)
  expect(shown).toEqual([])
})

it('leaves no timer when stopped', () => {
  const { clock, notices } = setUp()
  notices.heard('m1', true)
  notices.stop()
  expect(clock.pending).toBe(0)
})
