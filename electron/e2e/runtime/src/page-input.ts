/** Input events of `sendInputEvent`. */
import { NotImplemented } from './util.ts'

/** The protocol command for an input event. */
export function inputCommand(e: any): [method: string, params: object] {
  const mods = (e.modifiers ?? []).reduce(
    (n: number, m: string) =>
      n | ({ alt: 1, control: 2, ctrl: 2, meta: 4, command: 4, cmd: 4, shift: 8 }[m.toLowerCase()] ?? 0),
    0,
  )
  const mouse: Record<string, string> = {
    mouseDown: 'mousePressed',
    mouseUp: 'mouseReleased',
    mouseMove: 'mouseMoved',
  }
  const key: Record<string, string> = {
    keyDown: 'rawKeyDown',
    rawKeyDown: 'rawKeyDown',
    keyUp: 'keyUp',
    char: 'char',
  }
  if (mouse[e.type])
    return [
      'Input.dispatchMouseEvent',
      {
        type: mouse[e.type],
        x: e.x,
        y: e.y,
        button: e.type === 'mouseMove' ? 'none' : (e.button ?? 'left'),
        clickCount: e.clickCount ?? 1,
        modifiers: mods,
      },
    ]
  if (key[e.type])
    return [
      'Input.dispatchKeyEvent',
      {
        type: key[e.type],
        key: e.keyCode,
        text: e.type === 'char' ? e.keyCode : undefined,
        modifiers: mods,
      },
    ]
  throw new NotImplemented(`sendInputEvent type '${e.type}'`)
}
