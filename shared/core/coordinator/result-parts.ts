/** Joins the `result` frames of one link into whole results. Bounded: a node cannot make the coordinator hold more than a few answers. */
import { MeshError } from '../../contract/error.ts'
import { maxAnswerChars } from '../../contract/limits.ts'
import { type Result, runId } from '../../contract/link.ts'
import type { AttemptResult } from '../../domain/message/events.ts'

/** Results begun and not yet whole, on one link; an honest agent sends the parts of a result in a row. */
const maxOpen = 256
const maxOpenChars = 2 * maxAnswerChars

interface Open {
  readonly first: Result
  readonly texts: string[]
  received: number
  chars: number
}

export class ResultParts {
  readonly #open = new Map<string, Open>()
  readonly #maxChars: number
  #chars = 0

  constructor(maxChars: number = maxAnswerChars) {
    this.#maxChars = maxChars
  }

  /** The whole result when `frame` was its last part. Throws `bad_frame` when the parts do not fit together. */
  add(frame: Result): AttemptResult | undefined {
    const id = runId(frame)
    const open = this.#open.get(id) ?? this.#begin(id, frame)
    if (frame.part !== open.received) throw misfit(frame, 'part', `part ${open.received} was due, not ${frame.part}`)
    for (const field of ['parts', 'outcome', 'began', 'effects'] as const)
      if (frame[field] !== open.first[field]) throw misfit(frame, field, `${field} differs from that of part 0`)
    open.received += 1
    // What is over the limit is not kept; the result then says so instead of ending the link for ever anew.
    const kept = frame.text.slice(0, Math.max(0, this.#maxChars - open.chars))
    open.chars += frame.text.length
    open.texts.push(kept)
    this.#chars += kept.length
    if (this.#chars > maxOpenChars) throw misfit(frame, 'text', 'too many unfinished answers at once')
    if (open.received < frame.parts) return undefined
    this.#open.delete(id)
    const text = open.texts.join('')
    this.#chars -= text.length
    return whole(frame, text, open.chars > this.#maxChars)
  }

  #begin(id: string, frame: Result): Open {
    if (frame.part >= frame.parts) throw misfit(frame, 'part', `there are only ${frame.parts} parts`)
    if (this.#open.size >= maxOpen) throw misfit(frame, 'part', 'too many unfinished results at once')
    const open = { first: frame, texts: [], received: 0, chars: 0 }
    this.#open.set(id, open)
    return open
  }
}

function whole(last: Result, text: string, tooLarge: boolean): AttemptResult {
  const { usage, began, effects } = last
  if (tooLarge) {
    const error = new MeshError('answer_too_large', `The answer is longer than ${maxAnswerChars} characters.`, {
      hint: 'What came before the limit is kept. Ask for a shorter answer, or for a file.',
    })
    return { outcome: 'failed', text, usage, error: error.toBody(), began: true, effects: 'possible' }
  }
  return { outcome: last.outcome, text, usage, error: last.error, began, effects }
}

const misfit = (frame: Result, field: string, text: string): MeshError =>
  new MeshError('bad_frame', `${field}: ${text}.`, {
    hint: 'Send the parts of a result in order, each with the same outcome; update the agent if it is ours.',
    details: { message_id: frame.message_id, attempt: frame.attempt },
  })
