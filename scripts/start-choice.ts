/** Whether `npm start` opens the desktop app or runs without one, and why. Pure. */

export interface StartFacts {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** What was given after `npm start --`: options of `claw-mesh up`. */
  readonly args: readonly string[]
}

export type HeadlessReason = 'options' | 'no_display' | 'no_electron' | 'ended'

/** Undefined: the desktop, if Electron can be had. What costs a download is asked last, by the caller. */
export function headlessBecause({ platform, env, args }: StartFacts): HeadlessReason | undefined {
  if (args.length > 0) return 'options'
  const hasDisplay = Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
  if (platform !== 'win32' && platform !== 'darwin' && !hasDisplay) return 'no_display'
  // A login over the network shows windows on a screen that nobody sits at.
  if (platform !== 'linux' && env['SSH_CONNECTION']) return 'no_display'
  return undefined
}
