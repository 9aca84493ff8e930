/** The Simplified Chinese dictionary; its type makes it hold exactly the keys of the English one. */
import type { en } from './en.ts'
import type { SameKeys } from './same-keys.ts'
import { zhCli } from './zh-cli.ts'
import { zhCommon } from './zh-common.ts'
import { zhDesktop } from './zh-desktop.ts'

export const zhCN: SameKeys<typeof en> = { common: zhCommon, cli: zhCli, desktop: zhDesktop }
