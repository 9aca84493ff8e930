/** An error as the command tells it: a sentence and the next step, or one JSON object with `--json`. */
import { type ErrorBody, MeshError } from '../../contract/error.ts'
import type { Language, Translate } from '../../i18n/create-i18n.ts'
import { clean, cleanJson, cleanLine } from './clean.ts'
import type { Sink } from './sink.ts'

export interface ErrorReport {
  readonly out: Sink
  readonly err: Sink
  readonly json: boolean
  readonly t: Translate
  readonly language: Language
  readonly verbose: boolean
}

export function reportError(error: unknown, to: ErrorReport): MeshError {
  const mesh = MeshError.wrap(error)
  if (to.json) to.out.line(cleanJson({ error: mesh.toBody() }))
  else to.err.write(errorText(mesh.toBody(), to))
  if (to.verbose || mesh.code === 'internal') explain(mesh, to.err)
  return mesh
}

/** Messages are English; in another language the headline says the same in it. */
export function errorText(error: ErrorBody, { err, t, language }: Pick<ErrorReport, 'err' | 't' | 'language'>): string {
  const headline = language === 'en' ? '' : `${t(`common:error.${error.code}`)}\n  `
  const lines = [`${err.paint('red', t('cli:error.label'))} ${headline}${cleanLine(error.message)}`]
  if (error.hint !== undefined) lines.push(`${err.paint('cyan', t('cli:error.hint'))} ${clean(error.hint)}`)
  return `${lines.join('\n')}\n`
}

function explain(error: MeshError, err: Sink): void {
  for (let cause = error.cause, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    err.line(err.paint('dim', clean(cause.stack ?? cause.message)))
  }
}
