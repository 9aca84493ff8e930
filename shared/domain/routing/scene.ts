/** All that was found out about one message's routing, before it is put into a decision's words. */
import type { Affinity } from '../../contract/decision.ts'
import type { Waiting } from '../../contract/message.ts'
import type { Requirements } from '../../contract/requirement.ts'
import type { Assessed } from './assess.ts'
import type { Ranked } from './rank.ts'

/** What the pin means for one message. */
export interface Home {
  readonly affinity: Affinity
  /** The pinned node, while it is registered. */
  readonly node?: Assessed
  /** The message goes there or waits for it; it goes nowhere else now. */
  readonly binds: boolean
}

export interface Scene {
  readonly requires: Requirements
  /** It is for the node that failed it and for no other. */
  readonly stays: boolean
  readonly all: readonly Assessed[]
  /** Could, if not now. */
  readonly able: readonly Assessed[]
  /** What it was chosen from. */
  readonly pool: readonly Assessed[]
  readonly home: Home
  /** Every node that passed the filter, best first. */
  readonly ranked: readonly Ranked[]
  readonly chosen: Ranked | undefined
  readonly wait: Waiting['reason'] | null
  /** ISO time of the decision. */
  readonly at: string
}
