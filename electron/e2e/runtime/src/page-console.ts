/** What a page writes to its console or throws, as the `console-message` event tells it. */
import { outer } from './schemes.ts'
import { debug } from './util.ts'

export interface ConsoleMessage {
  level: string
  message: string
  lineNumber: number
  sourceId: string
}
const levels: Record<string, string> = { error: 'error', assert: 'error', warning: 'warning', debug: 'debug' }

export function consoleMessage(p: any): ConsoleMessage {
  const level = levels[p.type] ?? 'info'
  const message = outer(
    p.args
      .map((a: any) => (a.type === 'string' ? a.value : (a.description ?? JSON.stringify(a.value) ?? a.type)))
      .join(' '),
  )
  const at = p.stackTrace?.callFrames?.[0]
  debug('console', level, message)
  return { level, message, lineNumber: (at?.lineNumber ?? -1) + 1, sourceId: outer(at?.url ?? '') }
}

export function thrownMessage(x: any): ConsoleMessage {
  const message = outer(`${x.text} ${x.exception?.description?.split('\n')[0] ?? ''}`.trim())
  debug('page error', x.exception?.description ?? message)
  return { level: 'error', message, lineNumber: (x.lineNumber ?? -1) + 1, sourceId: outer(x.url ?? '') }
}

/** The old form of the event's level. */
export const levelNumber = (level: string): number => ['debug', 'info', 'warning', 'error'].indexOf(level)
