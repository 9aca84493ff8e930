// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import { unreachable } from '../../testing/fake-mesh.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { ConnectionBadge, OfflineBanner } from './ConnectionStatus.tsx'

const view = (
  <>
    <ConnectionBadge />
    <OfflineBanner />
  </>
)
const text = () => document.body.textContent

it('says connecting, then live, without a banner', async () => {
  const { connect } = renderPage(view)
  expect(text()).toBe('Connecting…')
  await connect()
  expect(text()).toBe('Live')
})

it('counts down to the next try, says how old the view is, and tries at once when told', async () => {
  const { connect, settled, mesh } = renderPage(view)
  await connect()
  await settled(() => mesh.feed.listener.closed(unreachable()))
  expect(text()).toContain('Disconnected')
  expect(text()).toContain('What you see is from just now.')
  expect(text()).toMatch(/Next try in \d+ s\./)
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Try now' })))
  expect(mesh.feeds).toHaveLength(2)
  expect(text()).toContain('Trying now…')
  await connect()
  expect(screen.queryByRole('button', { name: 'Try now' })).toBeNull()
  expect(screen.getByRole('status').textContent).toBe('Connected again.')
})

it('admits that it has read nothing yet', async () => {
  const { settled, mesh } = renderPage(view)
  await settled(() => mesh.feed.listener.closed(unreachable()))
  expect(text()).toContain('Nothing could be read yet.')
})

it('names another cause than a coordinator that is away', async () => {
  const { connect, settled, mesh } = renderPage(view)
  await connect()
  await settled(() =>
    mesh.feed.listener.closed(new MeshError('protocol_mismatch', 'Not understood.', { hint: 'Reload.' })),
  )
  expect(text()).toContain('Versions do not fit: Not understood. Reload.')
})
