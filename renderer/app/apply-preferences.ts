/** Makes the page look and speak as its preferences say, now and whenever they change. */
import type { i18n } from 'i18next'
import type { PreferencesState, PreferencesStore } from '../stores/preferences.ts'

export function applyPreferences(preferences: PreferencesStore, texts: i18n, root: HTMLElement): () => void {
  const apply = ({ theme, language }: PreferencesState): void => {
    if (theme === 'system') root.removeAttribute('data-theme')
    else root.setAttribute('data-theme', theme)
    root.lang = language
    if (texts.language !== language) void texts.changeLanguage(language)
  }
  apply(preferences.getState())
  return preferences.subscribe(apply)
}
