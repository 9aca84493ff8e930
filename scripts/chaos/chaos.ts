/**
 * `npm run chaos`: breaks a mesh of real processes at moments of chance while messages flow, and compares what came of every
 * acknowledged message with what was promised. Ends with 1 when one was lost, answered twice or run twice.
 */
import process from 'node:process'
import { enterNamespace } from './namespaces.ts'
import { installOpenClaw, runOpenClaw } from './openclaw.ts'
import { readOptions } from './options.ts'
import { table } from './report.ts'
import { run } from './run.ts'

const options = readOptions(process.argv.slice(2))
// Whatever a failed run left open ends here.
process.exit(
  await enterNamespace(() => (options.openclaw ? installOpenClaw() : undefined))
    .then((code) => code ?? inside())
    .catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      return 1
    }),
)

async function inside(): Promise<number> {
  const report = await (options.openclaw ? runOpenClaw(options) : run(options))
  console.log(options.json ? JSON.stringify(report) : `\n${table(report)}`)
  return report.problems.length === 0 ? 0 : 1
}
