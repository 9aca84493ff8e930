/** The pages: a rail at the side, or a bar at the bottom where it is narrow; and whether what is shown is live. */
import type { WebTextKey } from '../../shared/i18n/en-web.ts'
import { ConnectionBadge } from '../features/session/ConnectionStatus.tsx'
import { hrefOf, type PageName, pages } from '../stores/route.ts'
import { useDecisions, useDesktop } from '../stores/stores-context.tsx'
import { LogoIcon, MessagesIcon, NodesIcon, SlidersIcon } from '../ui/icons.tsx'
import { useTexts } from '../ui/use-texts.ts'

const icons = { nodes: NodesIcon, messages: MessagesIcon, settings: SlidersIcon } as const

export const Navigation = ({ page }: { readonly page: PageName }) => {
  const { t } = useTexts<WebTextKey>()
  const noMesh = useDesktop(({ present, state }) => present && !state?.window)
  return (
    <header className="z-10 border-line bg-surface max-md:sticky max-md:top-0 max-md:border-b md:fixed md:inset-y-0 md:start-0 md:flex md:w-52 md:flex-col md:border-e">
      <div className="flex min-h-13 items-center gap-2.5 px-4 md:pt-3">
        <span className="rounded-lg bg-accent p-1 text-on-accent">
          <LogoIcon className="size-5" />
        </span>
        <p className="font-semibold whitespace-nowrap">claw-mesh</p>
        {!noMesh && (
          <div className="ms-auto flex md:hidden">
            <ConnectionBadge />
          </div>
        )}
      </div>
      <nav
        aria-label={t('web:app.pages')}
        className="z-10 border-line bg-surface max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:border-t max-md:pb-[env(safe-area-inset-bottom)] md:mt-3 md:flex-1 md:px-2"
      >
        <ul className="grid grid-cols-3 md:grid-cols-1 md:gap-0.5">
          {pages.map((each) => {
            const Icon = icons[each]
            return (
              <li key={each}>
                <a
                  href={hrefOf({ page: each })}
                  aria-current={each === page ? 'page' : undefined}
                  className="relative flex items-center text-muted -outline-offset-2 hover:text-ink aria-[current=page]:text-accent-strong max-md:min-h-14 max-md:flex-col max-md:justify-center max-md:gap-0.5 max-md:text-xs md:min-h-10 md:gap-3 md:rounded-lg md:px-3 md:text-sm md:hover:bg-sunken md:aria-[current=page]:bg-accent-soft md:aria-[current=page]:font-medium"
                >
                  <Icon className="size-5" />
                  {t(`web:${each}.title`)}
                  {each === 'messages' && <Waits />}
                </a>
              </li>
            )
          })}
        </ul>
      </nav>
      {!noMesh && (
        <div className="hidden px-4 py-4 md:block">
          <ConnectionBadge />
        </div>
      )}
    </header>
  )
}

/** How many messages wait for a decision: a number on the sign, a sentence for who listens. */
const Waits = () => {
  const { t } = useTexts<WebTextKey>()
  const count = useDecisions(({ ids }) => ids.size)
  if (count === 0) return null
  const words = count === 1 ? t('web:messages.decide_one') : t('web:messages.decide_many', { count })
  return (
    <>
      <span
        aria-hidden="true"
        title={words}
        className="rounded-full bg-warn-soft px-1.5 text-xs leading-5 font-medium text-warn tabular-nums max-md:absolute max-md:start-1/2 max-md:top-1 max-md:ms-2 md:ms-auto"
      >
        {count > 99 ? '99+' : count}
      </span>
      <span className="sr-only">({words})</span>
    </>
  )
}
