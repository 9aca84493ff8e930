/** The text a client was already sent, which cannot be taken back: only what follows it may still be sent. */
export class StreamedText {
  #sent = ''

  get sent(): string {
    return this.#sent
  }

  /** What to send of a delta; '' when it brings nothing yet; undefined when it contradicts what was sent. */
  add(offset: number, text: string): string | undefined {
    // After a hole the rest comes with the whole answer.
    if (offset > this.#sent.length) return ''
    const overlap = this.#sent.slice(offset, offset + text.length)
    if (!text.startsWith(overlap)) return undefined
    return this.#push(text.slice(overlap.length))
  }

  /** What is missing of the whole answer; undefined when it is another one than was sent. */
  finish(whole: string): string | undefined {
    if (whole.startsWith(this.#sent)) return this.#push(whole.slice(this.#sent.length))
    return whole.trim() === this.#sent.trim() ? '' : undefined
  }

  #push(fresh: string): string {
    this.#sent += fresh
    return fresh
  }
}
