/** Shows a notice on the desktop, without a sound. A click on one shows the window, at the view it is about. */
import { Notification } from 'electron'
import type { OpenView } from '../../../shared/contract/ipc.ts'
import type { Notice } from './node-notices.ts'

/** A notice nobody holds on to may vanish before it is clicked. */
const mostKept = 8

export class Notifier {
  readonly #clicked: (view: OpenView | undefined) => void
  #kept: Notification[] = []

  constructor(clicked: (view: OpenView | undefined) => void) {
    this.#clicked = clicked
  }

  notify({ title, body, view }: Notice): void {
    if (!Notification.isSupported()) return
    const notice = new Notification({ title, body, silent: true })
    notice.on('click', () => this.#clicked(view))
    notice.show()
    this.#kept = [...this.#kept, notice].slice(-mostKept)
  }
}
