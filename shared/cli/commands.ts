/** The commands by name. Each lies in a file of its own and is loaded when it is chosen, so that `status` starts fast. */
import type { Configure } from './context.ts'

export const commands = {
  init: async () => (await import('./commands/init.ts')).init,
  up: async () => (await import('./commands/up.ts')).up,
  join: async () => (await import('./commands/join.ts')).join,
  leave: async () => (await import('./commands/leave.ts')).leave,
  status: async () => (await import('./commands/status.ts')).status,
  nodes: async () => (await import('./commands/nodes.ts')).nodes,
  send: async () => (await import('./commands/send.ts')).send,
  messages: async () => (await import('./commands/messages.ts')).messages,
  token: async () => (await import('./commands/token.ts')).token,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  demo: async () => (await import('./commands/demo.ts')).demo,
  version: async () => (await import('./commands/version.ts')).showVersion,
} satisfies Record<string, () => Promise<Configure>>

export type CommandName = keyof typeof commands
