/** Whether what the page shows is live, and since when it is not. */
import { createStore } from 'zustand/vanilla'
import type { FeedState } from '../client/live-feed.ts'

export interface ConnectionState {
  readonly feed: FeedState
  /** When the page was last live; undefined before the first time. While live it means nothing. */
  readonly lastLiveAt?: number | undefined
  /** Try again now instead of when the countdown ends. */
  readonly retryNow: () => void
}

export const createConnectionStore = ({ retryNow }: Pick<ConnectionState, 'retryNow'>) =>
  createStore<ConnectionState>()(() => ({ feed: { phase: 'idle' }, retryNow }))

export type ConnectionStore = ReturnType<typeof createConnectionStore>

/** The feed's next state; leaving `live` dates what is shown. */
export function nextConnection(
  before: ConnectionState,
  feed: FeedState,
  now: number,
): Pick<ConnectionState, 'feed' | 'lastLiveAt'> {
  const lastLiveAt = feed.phase === 'idle' ? undefined : before.feed.phase === 'live' ? now : before.lastLiveAt
  return { feed, lastLiveAt }
}
