// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import type { Message } from '../../../shared/contract/message.ts'
import { aMessage } from '../../../shared/testing/builders.ts'
import { lineOf } from '../../stores/message-list.ts'
import { messageEvent } from '../../testing/fake-mesh.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { MessageList } from './MessageList.tsx'

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()
const lost = (change: Partial<Message> = {}): Message =>
  aMessage({
    ...{ state: 'interrupted', node_name: 'mac', node_id: 'node-1', interrupted_at: hoursAgo(2.5) },
    error: { code: 'message_interrupted', message: 'Nothing was heard of its node for 60 s.' },
    ...change,
  })
const dead = (change: Partial<Message> = {}): Message =>
  aMessage({
    ...{ state: 'failed', error: { code: 'provider_failing', message: 'The model answered 529.' } },
    ...change,
  })

async function show(...messages: Message[]) {
  const page = renderPage(<MessageList />)
  const { mesh } = page
  mesh.answer('messages.list', ({ state, dead_letters }) => ({
    messages: messages
      .filter(
        (one) => (state === undefined || one.state === state) && (dead_letters !== true || one.state === 'failed'),
      )
      .map(lineOf),
    next_cursor: null,
  }))
  mesh.answer('messages.get', ({ message_id }) => messages.find(({ id }) => id === message_id))
  await page.connect()
  return page
}
const open = () => fireEvent.click(screen.getByRole('button', { name: /What time/ }))
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

it('says what happened and how long there is, and asks before it runs a message again', async () => {
  const { settled, mesh } = await show(lost({ response: 'It is' }))
  await settled(open)
  const panel = within(screen.getByRole('region', { name: /^Interrupted/ }))
  expect(panel.getByText(/mac was lost or restarted while working on this, 2 hr/)).toBeDefined()
  expect(panel.getByText(/fails in 21 hr (29|30) min/)).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  await settled(() => press('Run again'))
  expect(mesh.called('messages.resolve')).toEqual([])
  const again = aMessage({ node_name: 'mac', updated_at: hoursAgo(0) })
  mesh.answer('messages.resolve', () => again)
  mesh.answer('messages.get', () => again)
  const dialog = within(screen.getByRole('alertdialog'))
  expect(dialog.getByText(/may be done twice/)).toBeDefined()
  await settled(() => fireEvent.click(dialog.getByRole('button', { name: 'Run again' })))
  expect(mesh.called('messages.resolve')).toEqual([{ message_id: 'msg-1', action: 'rerun' }])
  expect(screen.queryByRole('region', { name: /^Interrupted/ })).toBeNull()
})

it('does not offer to run what was asked to stop, and shows why something was refused', async () => {
  const unconfirmed = { code: 'message_interrupted', message: 'Lost.', details: { stop_unconfirmed: true } } as const
  const { settled, mesh } = await show(lost({ error: unconfirmed, cancel_requested_at: hoursAgo(3) }))
  mesh.answer('messages.resolve', () => {
    throw new MeshError('store_failed', 'The disk is full.')
  })
  await settled(open)
  expect(screen.queryByRole('button', { name: 'Run again' })).toBeNull()
  expect(screen.getByText(/has not confirmed that it did/)).toBeDefined()
  await settled(() => press('Let it fail'))
  expect(mesh.called('messages.resolve')).toEqual([{ message_id: 'msg-1', action: 'fail' }])
  expect(screen.getByRole('alert').textContent).toContain('The disk is full.')
})

it('lets a viewer read it and not decide', async () => {
  const { settled, mesh, page } = await show(lost())
  mesh.answer('session.whoami', () => ({ scope: 'viewer', sender: 'v', version: '0.1.0', boot_id: 'boot-1' }))
  await settled(() => page.session.getState().identify())
  await settled(open)
  expect(screen.getByText(/may look only/)).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Let it fail' })).toBeNull()
})

it('counts what waits for a decision as it comes and goes, and leads there', async () => {
  const { settled, mesh } = await show(lost(), lost({ id: 'msg-2' }))
  expect(screen.getByText('2 messages wait for your decision')).toBeDefined()
  await settled(() => mesh.push(messageEvent(dead({ id: 'msg-2', updated_at: hoursAgo(0) }))))
  expect(screen.getByText('A message waits for your decision')).toBeDefined()
  await settled(() => press('Show'))
  expect(mesh.called('messages.list').at(-1)).toMatchObject({ state: 'interrupted' })
})

it('lists dead letters with their reason, and replays one under its key into a message of its own', async () => {
  const { settled, mesh } = await show(dead(), aMessage({ id: 'msg-9', content: 'Fine', state: 'succeeded' }))
  await settled(() => fireEvent.click(screen.getByLabelText('Dead letters')))
  expect(mesh.called('messages.list').at(-1)).toMatchObject({ dead_letters: true })
  expect(screen.getByText('The model provider fails: The model answered 529.')).toBeDefined()
  expect(screen.queryByText('Fine')).toBeNull()
  await settled(open)
  mesh.answer('messages.replay', () => {
    throw new MeshError('timeout', 'No answer.')
  })
  await settled(() => press('Send again'))
  expect(screen.getByRole('alert').textContent).toContain('It was not sent again')
  const again = aMessage({ id: 'msg-3', content: 'Asked anew', replay_of: 'msg-1' })
  mesh.answer('messages.replay', () => again)
  mesh.answer('messages.get', () => again)
  await settled(() => press('Send again'))
  const keys = mesh.called('messages.replay').map(({ idempotency_key }) => idempotency_key)
  expect(keys).toEqual(['key-1', 'key-1'])
  expect(screen.getByRole('button', { name: /Asked anew/ }).getAttribute('aria-expanded')).toBe('true')
  mesh.answer('messages.get', () => dead({ replayed_as: 'msg-3' }))
  await settled(() => press('The one before'))
  expect(screen.getByRole('button', { name: 'The new one' })).toBeDefined()
})

it('keeps a late result readable with its attempt', async () => {
  const late = { outcome: 'succeeded', at: hoursAgo(0), text: 'It was noon.', chars: 12 } as const
  const attempt = { number: 1, node_id: 'node-1', node_name: 'mac', offered_at: hoursAgo(3), ended_at: hoursAgo(2) }
  const { settled } = await show(dead({ attempts: [{ ...attempt, outcome: 'late', charged: true, late }] }))
  await settled(open)
  expect(screen.getByText('Came too late (succeeded): kept, not shown as the answer.')).toBeDefined()
  expect(screen.getByText('It was noon.')).toBeDefined()
})
