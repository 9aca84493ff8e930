/** The console, and every message of the mesh as it goes. */
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useTexts } from '../../ui/use-texts.ts'
import { Composer } from './Composer.tsx'
import { MessageList } from './MessageList.tsx'

export const MessagesPage = () => {
  const { t } = useTexts<WebTextKey>()
  return (
    <div className="max-w-4xl">
      <h1 className="mb-4 text-xl font-semibold">{t('web:messages.title')}</h1>
      <div className="space-y-6">
        <Composer />
        <MessageList />
      </div>
    </div>
  )
}
