/** Messages that were interrupted and wait for a person, told together; what went on by itself meanwhile is not told. */
import type { Clock } from '../../../shared/core/platform/clock.ts'
import type { Translate } from '../../../shared/i18n/create-i18n.ts'
import { groupMs, type Notice } from './node-notices.ts'

export interface DecisionNoticesDeps {
  readonly clock: Clock
  readonly t: () => Translate
  readonly notify: (notice: Notice) => void
}

export class DecisionNotices {
  readonly #deps: DecisionNoticesDeps
  readonly #waiting = new Set<string>()
  #cancel: (() => void) | undefined

  constructor(deps: DecisionNoticesDeps) {
    this.#deps = deps
  }

  heard(messageId: string, interrupted: boolean): void {
    if (!interrupted) {
      this.#waiting.delete(messageId)
      return
    }
    this.#waiting.add(messageId)
    this.#cancel ??= this.#deps.clock.after(groupMs, () => this.#tell())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#waiting.clear()
  }

  #tell(): void {
    const count = this.#waiting.size
    this.stop()
    if (count === 0) return
    const t = this.#deps.t()
    const title = count === 1 ? t('desktop:notice.decide_one') : t('desktop:notice.decide_many', { count })
    this.#deps.notify({ title, body: t('desktop:notice.decide'), view: { view: 'messages' } })
  }
}
