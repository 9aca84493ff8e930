/** Where the built test runtime is: it takes the place of Electron's `dist` folder and its `electron` that of the executable. */
import path from 'node:path'

export const runtimeFolder = path.resolve(import.meta.dirname, '../../node_modules/.cache/electron-on-chromium')
