/** Where the app and its data lie. `CLAW_MESH_HOME` moves the data, Chromium's own included. */
import path from 'node:path'
import type { Home } from '../../shared/core/platform/home.ts'

/** From `dist/electron`, both in a checkout and in a package. */
export const appPlaces = (mainDir: string) => {
  const root = path.resolve(mainDir, '../..')
  return {
    root,
    web: path.join(root, 'dist', 'web'),
    preload: path.join(root, 'dist', 'electron', 'preload.cjs'),
    trayImages: path.join(root, 'resources', 'tray'),
    icon: path.join(root, 'resources', 'icons', '256x256.png'),
  }
}

export const chromiumData = (home: Home): string => path.join(home.data, 'desktop')
