// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { MeshError } from '../../../shared/contract/error.ts'
import { unreachable } from '../../testing/fake-mesh.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { LoginPage } from './LoginPage.tsx'

const type = (password: string) => fireEvent.change(screen.getByLabelText('Password'), { target: { value: password } })
const submit = () => fireEvent.submit(screen.getByRole('button', { name: 'Sign in' }))

it('signs in with the password', async () => {
  const { settled, mesh, page } = renderPage(<LoginPage />, { signedIn: false })
  type('open sesame')
  await settled(submit)
  expect(mesh.called('session.login')).toEqual([{ password: 'open sesame' }])
  expect(page.session.getState().phase).toBe('signed_in')
})

it('says that the password is wrong, and keeps what was typed', async () => {
  const { settled, mesh } = renderPage(<LoginPage />, { signedIn: false })
  mesh.answer('session.login', () => {
    throw new MeshError('unauthorized', 'Wrong password.')
  })
  type('nope')
  await settled(submit)
  expect(screen.getByRole('alert').textContent).toContain('That is not the password')
  expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('nope')
})

it('tells a coordinator that is away from a wrong password', async () => {
  const { settled, mesh } = renderPage(<LoginPage />, { signedIn: false })
  mesh.answer('session.login', () => {
    throw unreachable()
  })
  type('right')
  await settled(submit)
  expect(screen.getByRole('alert').textContent).toContain('The coordinator cannot be reached')
})

it('takes no second press while it waits', async () => {
  const { settled, mesh } = renderPage(<LoginPage />, { signedIn: false })
  const answer = Promise.withResolvers<unknown>()
  mesh.answer('session.login', () => answer.promise)
  type('right')
  await settled(submit)
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Signing in…' })
  expect(button.disabled).toBe(true)
  await settled(() => fireEvent.submit(button))
  expect(mesh.called('session.login')).toHaveLength(1)
})

it('says why somebody is back here when the session ended', async () => {
  const { settled, page } = renderPage(<LoginPage />)
  await settled(() => page.session.getState().refused())
  expect(screen.getByRole('alert').textContent).toContain('You were signed out')
})

it('shows the password when asked', () => {
  renderPage(<LoginPage />, { signedIn: false })
  fireEvent.click(screen.getByRole('button', { name: 'Show the password' }))
  expect(screen.getByLabelText<HTMLInputElement>('Password').type).toBe('text')
})
