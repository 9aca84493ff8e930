/** How this browser likes the page: theme and language, kept across visits. */
import { createStore } from 'zustand/vanilla'
import type { Vault } from '../client/vault.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

export interface PreferencesState {
  readonly theme: Theme
  readonly language: Language
  readonly setTheme: (theme: Theme) => void
  readonly setLanguage: (language: Language) => void
}

export interface PreferencesDeps {
  readonly theme: Vault
  readonly language: Vault
  /** The browser's own languages, best first. */
  readonly preferred: readonly string[]
}

export const createPreferencesStore = (deps: PreferencesDeps) =>
  createStore<PreferencesState>()((set) => ({
    theme: themes.find((theme) => theme === deps.theme.read()) ?? 'system',
    language: languages.find((language) => language === deps.language.read()) ?? firstKnown(deps.preferred),
    setTheme(theme) {
      deps.theme.write(theme === 'system' ? undefined : theme)
      set({ theme })
    },
    setLanguage(language) {
      deps.language.write(language)
      set({ language })
    },
  }))

export type PreferencesStore = ReturnType<typeof createPreferencesStore>

function firstKnown(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (/^zh\b/i.test(tag)) return 'zh-CN'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}
