/** Members of a window that only keep what they were told, or only change what a real desktop would draw. */
const drawnOnly = [
  'setIcon',
  'flashFrame',
  'setProgressBar',
  'setOverlayIcon',
  'setTitleBarOverlay',
  'setVibrancy',
  'setBackgroundMaterial',
  'setHasShadow',
  'setOpacity',
  'setVisibleOnAllWorkspaces',
  'setContentProtection',
]

export function addFlags(proto: any): void {
  for (const name of drawnOnly) Object.defineProperty(proto, name, { value() {}, configurable: true, writable: true })
  for (const [prop, key] of [
    ['resizable', 'Resizable'],
    ['movable', 'Movable'],
    ['minimizable', 'Minimizable'],
    ['maximizable', 'Maximizable'],
    ['closable', 'Closable'],
    ['focusable', 'Focusable'],
    ['fullScreenable', 'FullScreenable'],
  ]) {
    const store = Symbol(prop)
    const get = function (this: any): boolean {
      return this[store] ?? true
    }
    const set = function (this: any, v: boolean): void {
      this[store] = !!v
    }
    Object.defineProperty(proto, `is${key}`, { value: get, configurable: true, writable: true })
    Object.defineProperty(proto, `set${key}`, { value: set, configurable: true, writable: true })
    Object.defineProperty(proto, prop, { get, set, configurable: true })
  }
  for (const [key, initial] of [
    ['AlwaysOnTop', 'alwaysOnTop'],
    ['SkipTaskbar', 'skipTaskbar'],
  ]) {
    const store = Symbol(initial)
    Object.defineProperty(proto, `set${key}`, {
      configurable: true,
      writable: true,
      value(this: any, v: boolean) {
        this[store] = !!v
      },
    })
    Object.defineProperty(proto, `is${key}`, {
      configurable: true,
      writable: true,
      value(this: any) {
        return this[store] ?? false
      },
    })
  }
}
