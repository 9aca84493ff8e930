// Type-checks the whole tree, then every folder in its own environment: `process` in a schema
// file or `document` in the coordinator is then a type error. Two compilers at a time.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const projects = [
  '.',
  'shared/contract',
  'shared/domain',
  'shared/i18n',
  'shared/core',
  'shared/cli',
  'renderer',
  'electron',
  'electron/e2e/runtime',
].filter((dir) => existsSync(path.join(dir, 'tsconfig.json')))
let failed = 0

function check(project) {
  return new Promise((resolve) => {
    const cache = path.join('node_modules/.cache/tsc', `${project.replaceAll('/', '-')}.tsbuildinfo`)
    const args = [
      tsc,
      '-p',
      project,
      '--incremental',
      '--tsBuildInfoFile',
      cache,
      '--pretty',
      String(process.stdout.isTTY === true),
    ]
    spawn(process.execPath, args, { stdio: 'inherit' }).on('close', (code) => {
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} types ${project}`)
      if (code !== 0) failed++
      resolve()
    })
  })
}

const queue = [...projects]
const worker = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) await check(next)
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
process.exit(failed ? 1 : 0)
