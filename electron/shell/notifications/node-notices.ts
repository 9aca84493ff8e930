/** Nodes lost and back, told together: one who flaps, or a switch that takes ten with it, is one notice. */
import type { OpenView } from '../../../shared/contract/ipc.ts'
import type { Clock } from '../../../shared/core/platform/clock.ts'
import type { Translate } from '../../../shared/i18n/create-i18n.ts'

export interface Notice {
  readonly title: string
  readonly body: string
  /** Where a click on it leads; else to the window as it is. */
  readonly view?: OpenView
}

export interface NodeNoticesDeps {
  readonly clock: Clock
  readonly t: () => Translate
  readonly notify: (notice: Notice) => void
}

export const groupMs = 10_000

export class NodeNotices {
  readonly #deps: NodeNoticesDeps
  /** By node id: what it was at the start of the group, and is now. */
  readonly #changed = new Map<string, { readonly name: string; readonly before: boolean; now: boolean }>()
  #cancel: (() => void) | undefined

  constructor(deps: NodeNoticesDeps) {
    this.#deps = deps
  }

  heard(node: { readonly id: string; readonly name: string }, online: boolean): void {
    const known = this.#changed.get(node.id)
    if (known) known.now = online
    else this.#changed.set(node.id, { name: node.name, before: !online, now: online })
    this.#cancel ??= this.#deps.clock.after(groupMs, () => this.#tell())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#changed.clear()
  }

  #tell(): void {
    // Who is where they were has not been missed.
    const moved = [...this.#changed.values()].filter(({ before, now }) => before !== now)
    this.stop()
    const t = this.#deps.t()
    for (const [kind, online] of [
      ['lost', false],
      ['back', true],
    ] as const) {
      const names = moved.filter(({ now }) => now === online).map(({ name }) => name)
      const [first] = names
      if (first === undefined) continue
      const many = names.length > 1
      this.#deps.notify({
        title: many
          ? t(`desktop:notice.${kind}_many`, { count: names.length })
          : t(`desktop:notice.${kind}_one`, { name: first }),
        body: many ? listed(names, t) : '',
      })
    }
  }
}

const shown = 5

function listed(names: readonly string[], t: Translate): string {
  const first = names.slice(0, shown).join(', ')
  return names.length > shown ? t('desktop:notice.others', { names: first, count: names.length - shown }) : first
}
