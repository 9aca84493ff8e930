#!/usr/bin/env node
// Checks the Node version before anything is imported: older ones fail on node:sqlite with a message nobody can act on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 16)) {
  process.stderr.write(
    `claw-mesh needs Node.js 24.16 or newer; this is ${process.versions.node}.\n` +
      'Install it from https://nodejs.org/ (or with fnm, nvm, Homebrew) and run the command again.\n' +
      `claw-mesh 需要 Node.js 24.16 或更高版本，当前为 ${process.versions.node}。\n`,
  )
  process.exitCode = 1
} else {
  const built = new URL('../../dist/cli/main.js', import.meta.url)
  import(built.href).catch((error) => {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist/cli/main.js')) throw error
    process.stderr.write('claw-mesh is not built yet. Run `npm run build` in its folder first.\n')
    process.exitCode = 1
  })
}
