/** Asks a person at the terminal for a yes, before something that cannot be taken back. */
import type { CliContext } from './context.ts'
import { UsageError } from './usage-error.ts'

type Needs = Pick<CliContext, 'stdin' | 'err' | 't' | 'json'>

/** Anything but a yes is a no. Throws `invalid_input` where nobody can be asked: scripts say --yes. */
export async function confirm({ stdin, err, t, json }: Needs, question: string): Promise<boolean> {
  if (stdin.isTTY !== true || !err.isTTY || json) {
    throw new UsageError('needs_yes', 'needs_yes')
  }
  err.write(`${question} ${t('cli:confirm.choice')} `)
  const answer = (await firstLine(stdin)).trim().toLowerCase()
  return ['y', 'yes', '是', '是的', '好'].includes(answer)
}

async function firstLine(stdin: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = ''
  for await (const part of stdin) {
    text += typeof part === 'string' ? part : Buffer.from(part).toString('utf8')
    if (text.includes('\n')) break
  }
  return text.split('\n', 1)[0] ?? ''
}
