/** A command line that cannot be taken. Its own message is English, as every error's in JSON; people read it in their language. */
import type { CommanderError } from 'commander'
import { type ErrorCode, MeshError } from '../contract/error.ts'
import { createI18n, type Translate, translator } from '../i18n/create-i18n.ts'
import type { enCli } from '../i18n/en-cli.ts'

type Problem = keyof typeof enCli.usage
type Hint = keyof typeof enCli.usage_hint
type Values = Readonly<Record<string, string | number>>

export class UsageError extends MeshError {
  readonly #said: readonly [Problem, Hint, Values]

  constructor(problem: Problem, hint: Hint, values: Values = {}, code: ErrorCode = 'invalid_input') {
    const english = translator(createI18n('en'))
    super(code, english(`cli:usage.${problem}`, values), { hint: english(`cli:usage_hint.${hint}`, values) })
    this.#said = [problem, hint, values]
  }

  /** The same, as a person reads it. */
  in(t: Translate): MeshError {
    const [problem, hint, values] = this.#said
    return new MeshError(this.code, t(`cli:usage.${problem}`, values), { hint: t(`cli:usage_hint.${hint}`, values) })
  }
}

/** What commander says, by its code; it has no translations of its own, so what varies is taken out of its sentence. */
export function fromCommander({ code, message }: CommanderError): MeshError {
  const [quoted = '', value = ''] = [...message.matchAll(/'(.+?)'/g)].map(([, text = '']) => text)
  const guess = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(message)?.[1]
  const hint = guess === undefined ? 'help' : 'guess'
  const values = { name: quoted, value, guess: guess ?? '' }
  switch (code) {
    case 'commander.unknownCommand':
      return new UsageError('unknown_command', hint, values)
    case 'commander.unknownOption':
      return new UsageError('unknown_option', hint, values)
    case 'commander.missingArgument':
      return new UsageError('missing_argument', hint, values)
    case 'commander.optionMissingArgument':
      return new UsageError('option_needs_value', hint, values)
    case 'commander.excessArguments': {
      const [expected = 0, got = 0] = [...message.matchAll(/\d+/g)].map(([digits]) => Number(digits)).slice(-2)
      return new UsageError('too_many_arguments', hint, { ...values, expected, got })
    }
    case 'commander.invalidArgument': {
      const choices = /Allowed choices are (.+?)\.$/.exec(message)?.[1] ?? ''
      return new UsageError('not_a_choice', hint, { ...values, choices })
    }
    default: {
      const [sentence = ''] = message.replace(/^error: /, '').split('\n')
      return new MeshError('invalid_input', /[.!?]$/.test(sentence) ? sentence : `${sentence}.`)
    }
  }
}
