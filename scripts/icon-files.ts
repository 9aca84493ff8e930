// Which picture files the app has, of which drawing, how large. Also what packaging.test.ts looks for.

/** Told apart by shape, not only by colour. */
export const trayStates = ['idle', 'ok', 'busy', 'attention', 'offline'] as const
/** Windows and most Linux desktops draw 16, GNOME and KDE 22 or 24, enlarged panels 32. */
export const traySizes = [16, 22, 24, 32] as const
export const appSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const

export interface IconFile {
  /** Under resources/. */
  readonly path: string
  readonly svg: string
  readonly size: number
  /** Empty border on each side, as a share of the size. */
  readonly inset: number
  readonly style: string
}

/** The menu bar of macOS takes the shape alone and colours it itself. */
const template = '--claw:#000;--quiet:#000;--mark:#000;--alert:#000'

export function iconFiles(): IconFile[] {
  const tray = trayStates.flatMap((state) => {
    const svg = `tray-${state}.svg`
    const plain = { svg, inset: 0, style: '' }
    return [
      ...traySizes.flatMap((size) => [
        { ...plain, path: `tray/${state}-${String(size)}.png`, size },
        { ...plain, path: `tray/${state}-${String(size)}@2x.png`, size: 2 * size },
      ]),
      { ...plain, path: `tray/${state}Template.png`, size: 16, style: template },
      { ...plain, path: `tray/${state}Template@2x.png`, size: 32, style: template },
    ]
  })
  const app = appSizes.map((size) => ({
    path: `icons/${String(size)}x${String(size)}.png`,
    svg: size < 64 ? 'app-small.svg' : 'app.svg',
    size,
    inset: 0,
    style: '',
  }))
  // Apple's grid leaves a border around the rounded square.
  const mac = { path: 'icon-mac.png', svg: 'app.svg', size: 1024, inset: 100 / 1024, style: '' }
  return [...tray, ...app, mac]
}
