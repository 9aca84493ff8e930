/** Why the app did not do what was asked, beside what asked for it. */
import type { DesktopCallName } from '../../../shared/contract/desktop.ts'
import type { ErrorBody } from '../../../shared/contract/error.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Problem } from '../../ui/Problem.tsx'
import { useTexts } from '../../ui/use-texts.ts'

export const CallProblem = ({ calls }: { readonly calls: readonly DesktopCallName[] }) => {
  const failed = useDesktop((state) => state.failed)
  if (!failed || !calls.includes(failed.call)) return null
  return <ErrorProblem error={failed.error} />
}

export interface ErrorProblemProps {
  readonly error: Pick<ErrorBody, 'code' | 'message'> & { readonly hint?: string | undefined }
  readonly alert?: boolean
}

export const ErrorProblem = ({ error, alert = true }: ErrorProblemProps) => {
  const { t } = useTexts<WebTextKey>()
  return (
    <Problem
      alert={alert}
      title={t(`common:error.${error.code}`)}
      text={error.message}
      hint={error.hint}
      code={error.code}
    />
  )
}
