/** `claw-mesh init`: makes tokens, page password and settings file; what is there already stays. */
import { hashPassword } from '../../core/coordinator/http/auth/password.ts'
import { files } from '../../core/platform/home.ts'
import { readRunning } from '../../core/settings/running-file.ts'
import { initialise, readSecret } from '../../core/settings/secrets.ts'
import { type CliContext, type Configure, printJson } from '../context.ts'
import { warnSettings } from '../warn-settings.ts'

export const init: Configure = (command, context) => {
  command
    .option('--reset-password', context.t('cli:init.reset_password'))
    .action(async (options: { resetPassword?: boolean }) => {
      const { created, password } = await initialise({
        home: context.home,
        hashPassword,
        resetPassword: options.resetPassword,
      })
      const running = await readRunning(files(context.home).running)
      if (context.json) {
        printJson(context, { created, config: context.home.config, data: context.home.data, page_password: password })
        return
      }
      tell(context, created)
      if (password !== undefined) tellPassword(context, password)
      if (options.resetPassword === true && running) context.out.line(context.t('cli:init.restart'))
      warnSettings(context)
      const joinToken = (await readSecret(files(context.home).joinToken)) ?? ''
      context.out.line(context.t('cli:init.join_token', { token: joinToken }))
      context.out.line(`${context.t('cli:init.next')}\n  claw-mesh up\n  claw-mesh send "hello"`)
    })
}

function tell({ out, t, home }: CliContext, created: readonly string[]): void {
  out.line(
    created.length === 0
      ? t('cli:init.nothing', { folder: home.config })
      : t('cli:init.created', { names: created.join(', '), folder: home.config }),
  )
}

/** The one time a page password is on the screen. */
export function tellPassword({ out, t }: Pick<CliContext, 'out' | 't'>, password: string): void {
  out.line(`\n  ${t('cli:init.password')}  ${out.paint('bold', password)}\n  ${out.paint('dim', t('cli:init.once'))}\n`)
}
