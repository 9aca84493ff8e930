/** Which language to speak: the setting, else what the environment says, else English. */
import type { Language } from './create-i18n.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** `locale` is what the runtime reports (`Intl`), for systems that set no LANG. */
export function pickLanguage(setting: string | undefined, env: Environment, locale = 'en'): Language {
  if (setting === 'en' || setting === 'zh-CN') return setting
  const said = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '')
  return /^zh\b|^zh_/i.test(said ?? locale) ? 'zh-CN' : 'en'
}
