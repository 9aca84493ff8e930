/** Says that a damaged database was set aside, where it is kept, and what was lost with it. */
import type { SetAside } from '../core/storage/set-aside.ts'
import { type CliContext, printJson } from './context.ts'
import { cleanLine } from './output/clean.ts'

const counted = ['waiting', 'with_a_node', 'messages', 'nodes', 'begun', 'results'] as const

export function tellSetAside(context: CliContext, aside: SetAside): void {
  if (context.json) {
    printJson(context, { set_aside: aside })
    return
  }
  const { err, t } = context
  const { file, kept, lost } = aside
  err.line(`${err.paint('red', '✗')} ${cleanLine(t('cli:set_aside.told', { file, kept }))}`)
  const named = counted.flatMap((key) => {
    const count = lost[key]
    return count === undefined ? [] : [t(`cli:set_aside.lost.${key}`, { n: count })]
  })
  const what = named.length > 0 ? named.join(t('cli:list.comma')) : t('cli:set_aside.unknown')
  err.line(`  ${t('cli:set_aside.with_it', { what })}`)
}
