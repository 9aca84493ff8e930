/** Puts components on a page with real stores and real words over a fake mesh. */
import { act, cleanup, render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach } from 'vitest'
import { createWebI18n } from '../app/i18n.ts'
import { Providers } from '../app/Providers.tsx'
import { fakeClock } from '../../shared/testing/fake-clock.ts'
import { type FakePage, type FakePageOptions, fakePage } from './fake-mesh.ts'

const running: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of running.splice(0)) stop()
})

export interface RenderedPage extends Omit<FakePage, 'connect' | 'stop'> {
  readonly connect: () => Promise<void>
  /** Does something that changes what is shown, and lets all that follows happen. */
  readonly settled: (change: () => unknown) => Promise<void>
}

/** Times shown count from the real clock, so the stores' one starts there; it moves only when told. */
export function renderPage(
  children: ReactNode,
  options: Omit<FakePageOptions, 'clock'> & { readonly language?: string } = {},
): RenderedPage {
  const { language = 'en', ...page } = options
  const fake = fakePage({ ...page, clock: fakeClock(Date.now()) })
  running.push(fake.stop)
  render(
    <Providers stores={fake.page} texts={createWebI18n(language)}>
      {children}
    </Providers>,
  )
  const settled = (change: () => unknown): Promise<void> =>
    act(async () => {
      await change()
      await fake.clock.settle()
    })
  return { ...fake, settled, connect: () => settled(() => fake.connect()) }
}
