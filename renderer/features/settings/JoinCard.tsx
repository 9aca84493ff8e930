/** Which mesh this computer answers for, and how its link is. */
import { useState } from 'react'
import type { JoinMode } from '../../../shared/contract/desktop.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { useDesktop } from '../../stores/stores-context.tsx'
import { Badge } from '../../ui/Badge.tsx'
import { Card } from '../../ui/Card.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { shortTime } from '../../ui/short-time.ts'
import { useTexts } from '../../ui/use-texts.ts'
import { CallProblem, ErrorProblem } from './CallProblem.tsx'
import { JoinForm } from './JoinForm.tsx'

const tones = { off: 'neutral', connecting: 'accent', linked: 'good', rejected: 'bad' } as const

export const JoinCard = () => {
  const { t, language } = useTexts<WebTextKey>()
  const now = useDesktop(({ state }) => state?.join)
  const join = useDesktop((state) => state.join)
  // “Another mesh” takes effect only once its form is sent.
  const [asked, setAsked] = useState<JoinMode>()
  if (!now) return null
  const mode = asked ?? now.mode
  const choose = (next: JoinMode): void => {
    setAsked(next === 'remote' ? next : undefined)
    if (next !== 'remote' && next !== now.mode) void join({ mode: next })
  }
  return (
    <Card title={t('web:desktop.join_title')} text={t('web:desktop.join_text')}>
      <Segments
        label={t('web:desktop.join_mode')}
        value={mode}
        onChange={choose}
        options={[
          { value: 'off', label: t('web:desktop.mode.off') },
          { value: 'own', label: t('web:desktop.mode.own') },
          { value: 'remote', label: t('web:desktop.mode.remote') },
        ]}
      />
      {now.mode !== 'off' && (
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <Badge tone={tones[now.status]}>{t(`web:desktop.link.${now.status}`)}</Badge>
          <span className="text-muted wrap-anywhere">{now.coordinator_url}</span>
          {now.paused && (
            <Badge tone="warn">
              {now.paused_until === undefined
                ? t('common:condition.paused')
                : t('web:node.until', { time: shortTime(now.paused_until, language) })}
            </Badge>
          )}
        </p>
      )}
      {now.problem && <ErrorProblem error={now.problem} alert={false} />}
      {mode === 'remote' && <JoinForm url={now.mode === 'remote' ? now.coordinator_url : undefined} />}
      {mode !== 'remote' && <CallProblem calls={['desktop.join']} />}
    </Card>
  )
}
