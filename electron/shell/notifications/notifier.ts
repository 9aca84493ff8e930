/** Shows a notice on the desktop, without a sound. A click on one shows the window. */
import { Notification } from 'electron'
import type { Notice } from './node-notices.ts'

/** A notice nobody holds on to may vanish before it is clicked. */
const mostKept = 8

export class Notifier {
  readonly #clicked: () => void
  #kept: Notification[] = []

  constructor(clicked: () => void) {
    this.#clicked = clicked
  }

  notify({ title, body }: Notice): void {
    if (!Notification.isSupported()) return
    const notice = new Notification({ title, body, silent: true })
    notice.on('click', this.#clicked)
    notice.show()
    this.#kept = [...this.#kept, notice].slice(-mostKept)
  }
}
