/** What a node's machine is and what it can do. */
import type { MeshNode } from '../../../shared/contract/node.ts'
import type { WebTextKey } from '../../../shared/i18n/en-web.ts'
import { Bidi } from '../../ui/Bidi.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { TimeAgo } from '../../ui/TimeAgo.tsx'
import { useTexts } from '../../ui/use-texts.ts'
import { gpuText, machineText, tagsOf } from './node-facts.ts'
import { Tags } from './Tags.tsx'

export const NodeFacts = ({ node }: { readonly node: MeshNode }) => {
  const { t, language } = useTexts<WebTextKey>()
  const { capabilities, last_heartbeat } = node
  const tags = tagsOf(node)
  const time = (at: string) => <TimeAgo at={at} language={language} justNow={t('web:app.just_now')} />
  const facts = [
    [t('web:node.system'), machineText(node, t)],
    [t('web:nodes.gpu'), capabilities.gpu ? gpuText(node, t) : t('web:nodes.no_gpu')],
    [t('web:nodes.tags'), tags.length > 0 ? <Tags tags={tags} max={64} /> : t('web:node.no_tags')],
    [t('web:node.heard'), last_heartbeat === null ? t('web:node.never') : time(last_heartbeat)],
    [t('web:node.joined'), time(node.registered_at)],
    [t('web:detail.id'), <code key="id">{node.id}</code>],
    [t('web:node.version'), node.version],
  ] as const
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd dir="auto" className="wrap-anywhere">
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export const NodeAbilities = ({ node }: { readonly node: MeshNode }) => {
  const { t } = useTexts<WebTextKey>()
  const { skills, skill_details, tools } = node.capabilities
  const about = new Map(skill_details.map(({ name, description }) => [name, description]))
  return (
    <Tabs
      label={t('web:node.abilities')}
      tabs={[
        {
          value: 'skills',
          label: t('web:nodes.skills', { count: skills.length }),
          content: <Names names={skills} about={about} none={t('web:node.no_skills')} />,
        },
        {
          value: 'tools',
          label: t('web:nodes.tools', { count: tools.length }),
          content: <Names names={tools} none={t('web:node.no_tools')} />,
        },
      ]}
    />
  )
}

interface NamesProps {
  readonly names: readonly string[]
  readonly about?: ReadonlyMap<string, string>
  readonly none: string
}

const Names = ({ names, about, none }: NamesProps) =>
  names.length === 0 ? (
    <p className="text-sm text-muted">{none}</p>
  ) : (
    <ul className={about ? 'space-y-2 text-sm' : 'flex flex-wrap gap-1.5 text-sm'}>
      {names.map((name) => (
        <li key={name} className="min-w-0">
          <Bidi text={name} className={about ? 'font-medium' : 'rounded bg-sunken px-1.5 py-0.5'} />
          {about?.has(name) && (
            <p dir="auto" className="line-clamp-3 text-muted wrap-anywhere">
              {about.get(name)}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
