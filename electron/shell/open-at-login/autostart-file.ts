/** The freedesktop autostart entry: what starts the app at login on Linux, where Electron has no call for it. Pure. */

/** `command` is the program and its arguments. */
export const autostartEntry = (command: readonly string[]): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=claw-mesh',
    'Comment=One mesh, many claws',
    `Exec=${command.map(quoted).join(' ')}`,
    'Icon=claw-mesh',
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** By the rules of the Desktop Entry specification: quotes first, then the escapes of any string value. */
function quoted(argument: string): string {
  if (/[\n\r\0]/.test(argument)) throw new RangeError('A program’s path cannot hold a line break.')
  const percent = argument.replaceAll('%', '%%')
  if (/^[\w@+=:,./%-]+$/.test(percent)) return percent
  return `"${percent.replaceAll(/["`$\\]/g, '\\$&')}"`.replaceAll('\\', '\\\\')
}
