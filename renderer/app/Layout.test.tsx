// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { aNode } from '../../shared/testing/builders.ts'
import { memoryVault, unreachable } from '../testing/fake-mesh.ts'
import { goTo } from '../testing/go-to.ts'
import { renderPage } from '../testing/render-page.tsx'
import { createPreferencesStore } from '../stores/preferences.ts'
import { applyPreferences } from './apply-preferences.ts'
import { createWebI18n } from './i18n.ts'
import { Layout } from './Layout.tsx'

afterEach(() => goTo(''))

it('shows the login, then the mesh, then the login again after signing out', async () => {
  const { settled, connect, mesh } = renderPage(<Layout />, { signedIn: false })
  mesh.answer('nodes.list', () => [aNode({ name: 'mac' })])
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'p' } })
  await settled(() => fireEvent.submit(screen.getByRole('button', { name: 'Sign in' })))
  await connect()
  expect(screen.getByRole('article', { name: 'mac' })).toBeDefined()
  await settled(() => goTo('#/settings'))
  expect(screen.getByText('admin: may do everything, change nodes too.')).toBeDefined()
  await settled(() => fireEvent.click(screen.getByRole('button', { name: 'Sign out' })))
  expect(screen.getByLabelText('Password')).toBeDefined()
  expect(screen.queryByRole('article')).toBeNull()
})

it('keeps showing what it knew while the coordinator is away', async () => {
  const { settled, connect, mesh } = renderPage(<Layout />)
  mesh.answer('nodes.list', () => [aNode({ name: 'mac' })])
  await connect()
  await settled(() => mesh.feed.listener.closed(unreachable()))
  expect(screen.getByRole('article', { name: 'mac' })).toBeDefined()
  expect(screen.getByRole('button', { name: 'Try now' })).toBeDefined()
})

it('goes from page to page by its links, and says which one is shown', async () => {
  const { settled, connect } = renderPage(<Layout />)
  await connect()
  for (const name of ['Messages', 'Settings', 'Nodes']) {
    const link = screen.getByRole('link', { name })
    await settled(() => goTo(link.getAttribute('href') ?? ''))
    expect(link.getAttribute('aria-current')).toBe('page')
    expect([screen.getByRole('heading', { level: 1 }).textContent, document.title]).toEqual([
      name,
      `${name} · claw-mesh`,
    ])
  }
})

it('changes theme and language of the page at once', () => {
  const preferences = createPreferencesStore({ theme: memoryVault(), language: memoryVault(), preferred: ['en'] })
  const texts = createWebI18n('en')
  const root = document.createElement('html')
  const stop = applyPreferences(preferences, texts, root)
  expect([root.lang, root.dataset['theme']]).toEqual(['en', undefined])
  act(() => {
    preferences.getState().setLanguage('zh-CN')
    preferences.getState().setTheme('dark')
  })
  expect([root.lang, root.dataset['theme'], texts.t('web:nodes.title')]).toEqual(['zh-CN', 'dark', '节点'])
  stop()
  preferences.getState().setTheme('light')
  expect(root.dataset['theme']).toBe('dark')
})
