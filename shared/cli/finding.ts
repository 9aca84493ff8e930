/** What the doctor finds: a fault with the command that mends it, or something that is well. */
import type { enCli } from '../i18n/en-cli.ts'

export type FaultCode = keyof (typeof enCli)['doctor']['fault']
export type OkCode = keyof (typeof enCli)['doctor']['ok']
export type Values = Readonly<Record<string, string | number>>

export type Finding =
  | {
      readonly ok: false
      readonly code: FaultCode
      readonly values: Values
      /** The command that mends it. */
      readonly mend: string
      /** More about it, in a sentence or two. */
      readonly advice?: string
    }
  | { readonly ok: true; readonly code: OkCode; readonly values: Values }

export const fault = (code: FaultCode, values: Values, mend: string) => ({ ok: false as const, code, values, mend })
export const fine = (code: OkCode, values: Values): Finding => ({ ok: true, code, values })
