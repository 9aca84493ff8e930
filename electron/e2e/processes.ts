/** Which processes of this machine name a text in their command line: what a spec asks to see that nothing was left behind. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'

const listing: readonly [string, ...string[]] =
  process.platform === 'win32'
    ? ['powershell', '-NoProfile', '-Command', 'Get-CimInstance Win32_Process | ForEach-Object CommandLine']
    : ['ps', '-axww', '-o', 'args=']

export function processesNaming(text: string): string[] {
  const [program, ...args] = listing
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 16 * 1_024 * 1_024 })
    .split('\n')
    .filter((line) => line.includes(text))
}
