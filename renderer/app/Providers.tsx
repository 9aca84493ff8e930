/** What every component may ask for: the stores and the words. A crash below is said, not shown as a white page. */
import { Component, type ReactNode } from 'react'
import type { i18n } from 'i18next'
import { I18nextProvider } from 'react-i18next'
import type { WebTextKey } from '../../shared/i18n/en-web.ts'
import type { Stores } from '../stores/create-stores.ts'
import { StoresProvider } from '../stores/stores-context.tsx'
import { Button } from '../ui/Button.tsx'
import { Problem } from '../ui/Problem.tsx'
import { useTexts } from '../ui/use-texts.ts'

export interface ProvidersProps {
  readonly stores: Stores
  readonly texts: i18n
  readonly children: ReactNode
}

export const Providers = ({ stores, texts, children }: ProvidersProps) => (
  <I18nextProvider i18n={texts}>
    <CrashGuard>
      <StoresProvider stores={stores}>{children}</StoresProvider>
    </CrashGuard>
  </I18nextProvider>
)

class CrashGuard extends Component<{ readonly children: ReactNode }, { readonly crashed: boolean }> {
  override state = { crashed: false }
  static getDerivedStateFromError(): { readonly crashed: boolean } {
    return { crashed: true }
  }
  override render(): ReactNode {
    return this.state.crashed ? <Crashed /> : this.props.children
  }
}

const Crashed = () => {
  const { t } = useTexts<WebTextKey>()
  return (
    <main className="mx-auto max-w-lg p-6">
      <Problem title={t('web:app.crashed')} text={t('web:app.crashed_text')}>
        <Button className="mt-2" onClick={() => location.reload()}>
          {t('web:app.reload')}
        </Button>
      </Problem>
    </main>
  )
}
