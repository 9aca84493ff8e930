/** The English dictionary: one namespace per door. It is the one that decides which keys exist. */
import { enCli } from './en-cli.ts'
import { enCommon } from './en-common.ts'
import { enDesktop } from './en-desktop.ts'

export const en = { common: enCommon, cli: enCli, desktop: enDesktop } as const
