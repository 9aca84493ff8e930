/** Runs JavaScript in a page for the main process; the value comes back by structured clone. */
import ENCODER from 'eoc:encoder'
import type { Session as Cdp } from './cdp.ts'
import { inner, outer } from './schemes.ts'
import { decode } from './wire.ts'

export async function evaluate(cdp: Cdp, code: string, userGesture: boolean, world: string | null): Promise<unknown> {
  const r = await cdp.send('Runtime.evaluate', {
    expression: inner(code),
    awaitPromise: true,
    userGesture,
    uniqueContextId: world ?? undefined,
  })
  const value = async (o: any) => {
    if (o.objectId === undefined)
      return 'unserializableValue' in o
        ? o.type === 'bigint'
          ? BigInt(o.unserializableValue.slice(0, -1))
          : Number(o.unserializableValue)
        : o.subtype === 'null'
          ? null
          : o.value
    const e = await cdp.send('Runtime.callFunctionOn', {
      objectId: o.objectId,
      functionDeclaration: `function () { ${ENCODER}; return eocEncode(this); }`,
      returnByValue: true,
    })
    cdp.post('Runtime.releaseObject', { objectId: o.objectId })
    if (e.exceptionDetails) throw new Error('An object could not be cloned.')
    return decode(outer(e.result.value))
  }
  if (r.exceptionDetails) {
    const e = r.exceptionDetails.exception
    if (/^Uncaught \(in promise\)/.test(r.exceptionDetails.text))
      throw await value(e).catch(() => new Error(e.description))
    throw new Error(
      'Script failed to execute, this normally means an error was thrown. Check the renderer console for the error.',
    )
  }
  return value(r.result)
}
