import { expect, it } from 'vitest'
import { MeshError } from '../../shared/contract/error.ts'
import { aNode } from '../../shared/testing/builders.ts'
import { fakePage, unreachable } from '../testing/fake-mesh.ts'

it('trades the password for a token, keeps that in its vault only, and connects', async () => {
  const { page, mesh, vault } = fakePage({ signedIn: false })
  expect(mesh.feeds).toHaveLength(0)
  await page.session.getState().login('open sesame')
  expect(mesh.called('session.login')).toEqual([{ password: 'open sesame' }])
  expect(vault.read()).toBe('token-1')
  expect(JSON.stringify(page.session.getState())).not.toContain('token-1')
  expect(mesh.feeds).toHaveLength(1)
})

it('stays out with a wrong password and says why', async () => {
  const { page, mesh, vault } = fakePage({ signedIn: false })
  mesh.answer('session.login', () => {
    throw new MeshError('unauthorized', 'Wrong password.')
  })
  await page.session.getState().login('nope')
  expect(page.session.getState()).toMatchObject({ phase: 'signed_out', error: { code: 'unauthorized' } })
  expect(vault.read()).toBeUndefined()
})

it('forgets everything on signing out, even when the coordinator cannot be told', async () => {
  const fake = fakePage()
  fake.mesh.answer('nodes.list', () => [aNode()])
  await fake.connect()
  fake.mesh.answer('session.logout', () => {
    throw unreachable()
  })
  await fake.page.session.getState().logout()
  expect(fake.vault.read()).toBeUndefined()
  expect(fake.page.nodes.getState().nodes).toEqual([])
  expect([fake.mesh.feed.open, fake.clock.pending]).toEqual([false, 0])
})

it('goes back to the login when its token is refused, and says so there', async () => {
  const fake = fakePage()
  await fake.connect()
  fake.page.session.getState().refused()
  expect(fake.page.session.getState()).toMatchObject({ phase: 'signed_out', ended: true })
  expect(fake.vault.read()).toBeUndefined()
  expect(fake.mesh.feed.open).toBe(false)
})

it('dates what is shown from the moment the connection went', async () => {
  const { page, mesh, clock, connect } = fakePage()
  await connect()
  await clock.advance(60_000)
  const lostAt = clock.now()
  mesh.feed.listener.closed(unreachable())
  await clock.advance(100)
  expect(page.connection.getState()).toMatchObject({ lastLiveAt: lostAt, feed: { phase: 'waiting' } })
})
