#!/usr/bin/env node
// Checks the Node version before anything is imported: older ones fail on node:sqlite with a message nobody can act on.
// In a clone the project's own Node (the npm package `node`) takes over, whichever Node started this.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const built = new URL('../../dist/cli/main.js', import.meta.url)
const ownNode = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url))

if (!existsSync(built)) {
  process.stderr.write('claw-mesh is not built yet. Run `npm run build` in its folder first.\n')
  process.exitCode = 1
} else if (major > 24 || (major === 24 && minor >= 16)) {
  await import(built.href)
} else if (existsSync(ownNode) && !process.env.CLAW_MESH_NODE_CHOSEN) {
  const env = { ...process.env, CLAW_MESH_NODE_CHOSEN: '1' }
  const child = spawn(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('close', (code, signal) => (process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)))
} else {
  process.stderr.write(
    `claw-mesh needs Node.js 24.16 or newer; this is ${process.versions.node}.\n` +
      'Install it from https://nodejs.org/ (or with fnm, nvm, Homebrew) and run the command again.\n' +
      `claw-mesh 需要 Node.js 24.16 或更高版本，当前为 ${process.versions.node}。\n`,
  )
  process.exitCode = 1
}
