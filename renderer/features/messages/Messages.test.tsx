// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import type { Message } from '../../../shared/contract/message.ts'
import { aDecision, aMessage, aNode } from '../../../shared/testing/builders.ts'
import { lineOf } from '../../stores/message-list.ts'
import { delta, messageEvent, unreachable } from '../../testing/fake-mesh.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { Composer } from './Composer.tsx'
import { MessageList } from './MessageList.tsx'

const view = (
  <>
    <Composer />
    <MessageList />
  </>
)
const running = aMessage({ state: 'running', node_name: 'mac', node_id: 'node-1', decision: aDecision() })
const done: Message = {
  ...running,
  state: 'succeeded',
  response: 'It is noon.',
  updated_at: '2026-01-01T00:00:09.000Z',
}

async function show(messages: Message[] = []) {
  const rendered = renderPage(view)
  rendered.mesh.answer('nodes.list', () => [aNode({ name: 'mac' })])
  rendered.mesh.answer('messages.list', () => ({ messages: messages.map(lineOf), next_cursor: null }))
  rendered.mesh.answer('messages.get', () => messages[0] ?? running)
  rendered.mesh.answer('messages.send', () => ({ message_id: 'msg-1', url: '/' }))
  rendered.mesh.answer('messages.send_to', () => ({ message_id: 'msg-1', url: '/' }))
  await rendered.connect()
  return rendered
}
const box = () => screen.getByLabelText<HTMLTextAreaElement>('Message')
const type = (text: string) => fireEvent.change(box(), { target: { value: text } })
const enter = (more: object = {}) => fireEvent.keyDown(box(), { key: 'Enter', ...more })
const answer = () => screen.getByRole('log')

it('says that there are no messages yet', async () => {
  await show()
  expect(screen.getByText('No messages yet')).toBeDefined()
})

it('sends on Enter, shows the answer as it comes and then whole', async () => {
  const { settled, mesh, clock } = await show()
  type('What time is it?')
  await settled(() => enter())
  expect(mesh.called('messages.send')[0]).toMatchObject({ content: 'What time is it?' })
  expect(box().value).toBe('')
  expect(answer().getAttribute('aria-busy')).toBe('true')
  mesh.push(delta('msg-1', 0, 'It is'))
  await settled(() => clock.advance(50))
  expect(answer().textContent).toBe('It is')
  mesh.answer('messages.get', () => done)
  await settled(() => mesh.push(messageEvent(done)))
  expect([answer().textContent, answer().getAttribute('aria-busy')]).toEqual(['It is noon.', 'false'])
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
})

it('sends to the node that was chosen', async () => {
  const { settled, mesh } = await show()
  fireEvent.change(screen.getByLabelText('To'), { target: { value: 'node-1' } })
  type('hi')
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Send' })))
  expect(mesh.called('messages.send_to')[0]).toMatchObject({ node_id: 'node-1', content: 'hi' })
})

it.each([
  ['with Shift', 'hi', { shiftKey: true }],
  ['while a Chinese word is being composed', 'ni', { isComposing: true }],
  ['of blanks only', '  \n', {}],
])('does not send on Enter %s', async (_, text, key) => {
  const { settled, mesh } = await show()
  type(text)
  await settled(() => enter(key))
  expect(mesh.called('messages.send')).toEqual([])
})

it('refuses a text over the limit before it is sent', async () => {
  const { settled, mesh } = await show()
  type('好'.repeat(400_000))
  await settled(() => enter())
  expect(screen.getByRole('alert').textContent).toContain('Too long: 1172 KiB of at most 1024 KiB.')
  expect(mesh.called('messages.send')).toEqual([])
})

it('keeps the text when sending fails, with the reason and what to do', async () => {
  const { settled, mesh } = await show()
  mesh.answer('messages.send', () => {
    throw new MeshError('no_capable_node', 'mac lacks skill:x.', { hint: 'Join one that has it.' })
  })
  type('hi')
  await settled(() => enter())
  expect(screen.getByRole('alert').textContent).toContain('mac lacks skill:x.')
  expect(screen.getByRole('alert').textContent).toContain('Join one that has it.')
  expect(box().value).toBe('hi')
  mesh.answer('messages.send', () => {
    throw unreachable()
  })
  await settled(() => enter())
  expect(screen.getByRole('alert').textContent).toContain('not run a second time')
})

it('cancels a running message', async () => {
  const { settled, mesh } = await show([running])
  mesh.answer('messages.cancel', () => ({ ...running, cancel_requested_at: running.updated_at }))
  await settled(() => fireEvent.click(screen.getByRole('button', { name: /What time/ })))
  mesh.answer('messages.get', () => ({ ...running, cancel_requested_at: running.updated_at }))
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Cancel' })))
  expect(mesh.called('messages.cancel')).toEqual([{ message_id: 'msg-1' }])
  expect(screen.getByText('Asked to stop; waiting for the node to confirm.')).toBeDefined()
})

it('opens to the whole message: why this node, the attempts, the error with its hint', async () => {
  const error = { code: 'provider_failing', message: 'The model answered 529.', hint: 'Wait a little.' } as const
  const failed: Message = {
    ...running,
    state: 'failed',
    error,
    attempt: 2,
    attempts: [
      {
        ...{ number: 1, node_id: 'node-2', node_name: 'vps', offered_at: running.created_at, charged: false },
        ...{ ended_at: running.created_at, outcome: 'refused' },
      },
    ],
  }
  const { settled } = await show([failed])
  const row = screen.getByRole('button', { name: /What time/ })
  expect(row.getAttribute('aria-expanded')).toBe('false')
  await settled(() => fireEvent.click(row))
  expect(row.getAttribute('aria-expanded')).toBe('true')
  const article = within(screen.getByRole('article'))
  for (const text of ['The model answered 529.', 'Wait a little.', 'linux-1 is the only node.', 'Attempt 1', 'vps']) {
    expect(article.getByText(text)).toBeDefined()
  }
  await settled(() => fireEvent.click(row))
  expect(screen.queryByRole('log')).toBeNull()
})

it('says where a waiting message stands', async () => {
  const since = new Date(Date.now() - 125_000).toISOString()
  const waiting = { reason: 'no_free_slot', since, position: 3 } as const
  await show([aMessage({ waiting })])
  expect(screen.getByText('every fitting node is busy · number 3 · for 2 min')).toBeDefined()
})

it('says why the messages could not be read', async () => {
  const { mesh, connect } = renderPage(view)
  mesh.answer('messages.list', () => {
    throw new MeshError('store_failed', 'The disk is full.')
  })
  await connect()
  expect(screen.getByRole('alert').textContent).toContain('The disk is full.')
})

it('lists the messages that a filter leaves, asking the coordinator for state and node', async () => {
  const other = aMessage({ id: 'msg-2', content: 'Build it', state: 'failed', node_id: 'node-2', node_name: 'vps' })
  const { settled, mesh } = await show([done, other])
  const listed = () => screen.getAllByRole('article').length
  const asked = mesh.called('messages.list').length
  expect(listed()).toBe(2)
  await settled(() => fireEvent.change(screen.getByLabelText(/Search/), { target: { value: 'BUILD' } }))
  expect([listed(), mesh.called('messages.list').length - asked]).toEqual([1, 0])
  await settled(() => fireEvent.change(screen.getByLabelText('State'), { target: { value: 'succeeded' } }))
  expect(mesh.called('messages.list').at(-1)).toMatchObject({ state: 'succeeded' })
  expect(screen.getByText('No message fits')).toBeDefined()
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Show all' })))
  expect(listed()).toBe(2)
})

it('sends a message again as a new one, to the same node if it was sent to one', async () => {
  const decision = aDecision({ strategy: 'addressed' })
  const { settled, mesh } = await show([{ ...done, decision }])
  await settled(() => fireEvent.click(screen.getByRole('button', { name: /What time/ })))
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Send again' })))
  expect(mesh.called('messages.send_to')).toMatchObject([{ content: done.content, node_id: 'node-1' }])
})

it('lets a viewer look and not send', async () => {
  const { settled, mesh, page } = await show([done])
  mesh.answer('session.whoami', () => ({ scope: 'viewer', sender: 'v', version: '0.1.0', boot_id: 'boot-1' }))
  await settled(() => page.session.getState().identify())
  type('hi')
  await settled(() => enter())
  await settled(() => fireEvent.click(screen.getByRole('button', { name: /What time/ })))
  expect(mesh.called('messages.send')).toEqual([])
  expect(screen.getByText(/signed in as viewer/)).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Send again' })).toBeNull()
})
