/** `claw-mesh version`: which claw-mesh this is, and what it runs on. */
import { type Configure, printJson } from '../context.ts'
import { version } from '../package-info.ts'

export const showVersion: Configure = (command, context) => {
  command.action(() => {
    if (context.json)
      printJson(context, { version, node: process.versions.node, platform: process.platform, arch: process.arch })
    else context.out.line(`claw-mesh ${version} (Node ${process.versions.node}, ${process.platform} ${process.arch})`)
  })
}
