/** Desktop calls: each is checked against the contract, both ways, and ends in one function of the app. */
import type { Static } from 'typebox'
import { check } from '../../../shared/contract/check.ts'
import { type DesktopCallName, type DesktopCalls, desktopCalls } from '../../../shared/contract/desktop.ts'
import { MeshError } from '../../../shared/contract/error.ts'
import type { Door } from '../answer-call.ts'

export type DesktopHandlers = {
  readonly [K in DesktopCallName]: (
    input: Static<DesktopCalls[K]['input']>,
  ) => Promise<Static<DesktopCalls[K]['output']>>
}

export const desktopDoor =
  (handlers: DesktopHandlers): Door =>
  async (name, input) => {
    if (!Object.hasOwn(desktopCalls, name)) {
      throw new MeshError('route_not_found', `${name.slice(0, 64)} is not a call of this app.`)
    }
    const known = name as DesktopCallName
    const { input: inputShape, output } = desktopCalls[known]
    const handler = handlers[known] as (input: unknown) => Promise<unknown>
    const value = await handler(check(inputShape, input, { what: name }))
    // What does not fit here is a fault of the app, not of the window.
    return check(output, value, { what: `answer to ${name}`, code: 'internal' })
  }
