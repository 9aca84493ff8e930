// Loaded into the main process before the app with `electron -r desktop-hook.cjs`. It only remembers what the app gives
// to the desktop, so that a spec can find a tray menu or a notification later; it changes nothing. It needs no line of
// test code in the app and works on real Electron (unpackaged) and on the test runtime.
const { Notification, Tray } = require('electron')

const seen = { trays: [], notifications: [] }
globalThis[Symbol.for('desktop-hook')] = seen

function after(proto, name, fn) {
  const original = proto[name]
  proto[name] = function (...args) {
    const result = original.apply(this, args)
    fn(this, ...args)
    return result
  }
}
function trayOf(tray) {
  let found = seen.trays.find((one) => one.ref.deref() === tray)
  if (!found) seen.trays.push((found = { ref: new WeakRef(tray), menu: null, toolTip: '', title: '', images: 0 }))
  return found
}
after(Tray.prototype, 'setContextMenu', (tray, menu) => (trayOf(tray).menu = menu))
after(Tray.prototype, 'setToolTip', (tray, text) => (trayOf(tray).toolTip = text))
after(Tray.prototype, 'setTitle', (tray, text) => (trayOf(tray).title = text))
after(Tray.prototype, 'setImage', (tray) => trayOf(tray).images++)
after(Tray.prototype, 'destroy', (tray) => (seen.trays = seen.trays.filter((one) => one.ref.deref() !== tray)))
after(Notification.prototype, 'show', (shown) =>
  seen.notifications.push({ title: shown.title, body: shown.body, ref: shown }),
)
