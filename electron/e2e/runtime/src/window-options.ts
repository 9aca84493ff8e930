/** Which options of a window this runtime knows. */
import { warn } from './util.ts'

/** accepted; they only change what a real desktop would draw */
const LOOKS = [
  'title',
  'icon',
  'frame',
  'titleBarStyle',
  'titleBarOverlay',
  'trafficLightPosition',
  'transparent',
  'hasShadow',
  'opacity',
  'darkTheme',
  'vibrancy',
  'visualEffectState',
  'backgroundMaterial',
  'roundedCorners',
  'thickFrame',
  'type',
  'zoomToPageWidth',
  'tabbingIdentifier',
  'acceptFirstMouse',
  'disableAutoHideCursor',
  'enableLargerThanScreen',
  'paintWhenInitiallyHidden',
  'useContentSize',
  'center',
  'simpleFullscreen',
  'hiddenInMissionControl',
  'accentColor',
  'fullscreenWindowTitle',
]
/** kept and reported back, enforced by this model */
const KEPT = [
  'width',
  'height',
  'x',
  'y',
  'minWidth',
  'minHeight',
  'maxWidth',
  'maxHeight',
  'show',
  'webPreferences',
  'backgroundColor',
  'resizable',
  'movable',
  'minimizable',
  'maximizable',
  'closable',
  'focusable',
  'fullscreenable',
  'fullscreen',
  'alwaysOnTop',
  'skipTaskbar',
  'autoHideMenuBar',
  'parent',
  'modal',
  'kiosk',
]
const PREFS = [
  'preload',
  'nodeIntegration',
  'contextIsolation',
  'sandbox',
  'webSecurity',
  'devTools',
  'additionalArguments',
  'backgroundThrottling',
  'spellcheck',
  'zoomFactor',
  'defaultFontSize',
  'javascript',
  'images',
  'webgl',
  'plugins',
  'scrollBounce',
  'safeDialogs',
  'disableDialogs',
  'navigateOnDragDrop',
  'autoplayPolicy',
  'disableHtmlFullscreenWindowResize',
  'accessibleTitle',
  'v8CacheOptions',
  'enableWebSQL',
  'nodeIntegrationInWorker',
  'nodeIntegrationInSubFrames',
  'webviewTag',
  'partition',
  'session',
  'experimentalFeatures',
  'offscreen',
  'enableBlinkFeatures',
  'disableBlinkFeatures',
  'allowRunningInsecureContent',
  'transparent',
  'minimumFontSize',
  'monospace',
  'defaultEncoding',
  'defaultFontFamily',
  'defaultMonospaceFontSize',
  'textAreasAreResizable',
  'enableDeprecatedPaste',
  'imageAnimationPolicy',
  'enablePreferredSizeMode',
  'focusOnNavigation',
]

export interface Rect {
  x: number
  y: number
  width: number
  height: number
}
/** The one display. */
export const SCREEN = { width: 1440, height: 900 }

export function checkOptions(options: any): void {
  for (const k of Object.keys(options))
    if (!LOOKS.includes(k) && !KEPT.includes(k))
      warn(`BrowserWindow option '${k}' is unknown to this runtime and ignored`)
  for (const k of Object.keys(options.webPreferences ?? {}))
    if (!PREFS.includes(k)) warn(`webPreferences option '${k}' is unknown to this runtime and ignored`)
}
