/** Says on standard error what is wrong in the settings file, naming the line. */
import { files } from '../core/platform/home.ts'
import type { CliContext } from './context.ts'
import { cleanLine } from './output/clean.ts'

export function warnSettings(context: CliContext): void {
  const file = files(context.home).settings
  for (const { line, text } of context.settingsWarnings) {
    context.err.line(
      `${context.err.paint('yellow', context.t('cli:settings.warning'))} ${file}:${line}: ${cleanLine(text)}`,
    )
  }
}
