/** What the person has switched on in the app, kept over restarts beside the settings; none of it is meant for editing. */
import { type Static, Type } from 'typebox'
import path from 'node:path'
import { isValid } from '../../shared/contract/check.ts'
import { JoinMode } from '../../shared/contract/desktop.ts'
import { readIfThere, writePrivateFile } from '../../shared/core/platform/files.ts'

export const Choices = Type.Object({
  host: Type.Boolean(),
  /** Absent until the person has chosen: hosting then joins this computer too, as the settings say. */
  join: Type.Optional(JoinMode),
  remote_url: Type.Optional(Type.String({ maxLength: 2_048 })),
  paused: Type.Boolean(),
  /** Milliseconds since 1970; absent: until resumed. */
  paused_until: Type.Optional(Type.Number()),
  /** The person has been told that closing the window leaves the app running. */
  told_hidden: Type.Boolean(),
  /** How long a hidden window is kept before its memory is given back. */
  keep_hidden_window_s: Type.Integer({ minimum: 1, maximum: 86_400 }),
})
export type Choices = Static<typeof Choices>

const firstChoices: Choices = { host: false, paused: false, told_hidden: false, keep_hidden_window_s: 300 }

export class ChoicesFile {
  readonly #file: string
  #choices: Choices = firstChoices
  #writing: Promise<void> = Promise.resolve()

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'desktop.json')
  }

  /** A damaged file means the first choices: nothing that runs, nothing that is joined. */
  async load(): Promise<void> {
    const value = parse((await readIfThere(this.#file)) ?? '')
    const merged = typeof value === 'object' && value !== null ? { ...firstChoices, ...value } : firstChoices
    this.#choices = isValid(Choices, merged) ? merged : firstChoices
  }

  get now(): Choices {
    return this.#choices
  }

  /** In force at once; resolves when it is on disk. An absent value is written as none. */
  change(part: { readonly [K in keyof Choices]?: Choices[K] | undefined }): Promise<void> {
    const entries = Object.entries({ ...this.#choices, ...part }).filter(([, value]) => value !== undefined)
    this.#choices = Object.fromEntries(entries) as Choices
    const text = `${JSON.stringify(this.#choices, null, 2)}\n`
    this.#writing = this.#writing.catch(() => undefined).then(() => writePrivateFile(this.#file, text))
    return this.#writing
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
