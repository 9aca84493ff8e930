/**
 * What the window may ask of the desktop app around it, beside the mesh itself: the two switches, settings, this machine.
 * Served over IPC only; the web dashboard has none of it.
 */
import { type Static, Type } from 'typebox'
import { ErrorBody } from './error.ts'
import { GatewayReport } from './node.ts'
import { Scope } from './procedure.ts'
import { Settings } from './settings.ts'

const closed = { additionalProperties: false }
const url = Type.String({ minLength: 1, maxLength: 2_048 })
const token = Type.String({ minLength: 1, maxLength: 512 })

/** Which coordinator this machine's agent works for. */
export const JoinMode = Type.Enum(['off', 'own', 'remote'])
export type JoinMode = Static<typeof JoinMode>

export const DesktopState = Type.Object({
  host: Type.Object({
    on: Type.Boolean(),
    /** While it runs. */
    url: Type.Optional(Type.String()),
    problem: Type.Optional(ErrorBody),
  }),
  join: Type.Object({
    mode: JoinMode,
    coordinator_url: Type.Optional(Type.String()),
    status: Type.Enum(['off', 'connecting', 'linked', 'rejected']),
    node_id: Type.Optional(Type.String()),
    paused: Type.Boolean(),
    /** ISO time; absent: until resumed by hand. */
    paused_until: Type.Optional(Type.String()),
    gateway: Type.Optional(GatewayReport),
    problem: Type.Optional(ErrorBody),
  }),
  /** The coordinator the window works on, and what it may do there; null when there is none. */
  window: Type.Union([Type.Object({ coordinator_url: Type.String(), scope: Scope }), Type.Null()]),
  start_at_login: Type.Boolean(),
  has_tray: Type.Boolean(),
  version: Type.String(),
  /** Lines about keys of the settings file that could not be used. */
  settings_warnings: Type.Array(Type.String()),
})
export type DesktopState = Static<typeof DesktopState>

/** What a `claw-mesh://join` link says. Shown on a confirm screen; nothing happens by opening one. */
export const JoinLink = Type.Object({ coordinator_url: Type.String(), fp: Type.Optional(Type.String()) })
export type JoinLink = Static<typeof JoinLink>

interface DesktopCall<I extends ReturnType<typeof Type.Object>, O> {
  readonly input: I
  readonly output: O
}
const call = <I extends ReturnType<typeof Type.Object>, O>(input: I, output: O): DesktopCall<I, O> => ({
  input,
  output,
})
const nothing = Type.Object({}, closed)

/** Channel names are these keys. Every change is also pushed as a whole `DesktopState` (`desktop.changed`). */
export const desktopCalls = {
  'desktop.state': call(nothing, DesktopState),
  'desktop.host': call(Type.Object({ on: Type.Boolean() }, closed), DesktopState),
  /** `remote` needs url and join_token the first time; operator_token lets the window work there. */
  'desktop.join': call(
    Type.Object(
      {
        mode: JoinMode,
        url: Type.Optional(url),
        join_token: Type.Optional(token),
        operator_token: Type.Optional(token),
      },
      closed,
    ),
    DesktopState,
  ),
  /** `for_s` absent: until resumed. */
  'desktop.pause': call(
    Type.Object(
      { on: Type.Boolean(), for_s: Type.Optional(Type.Integer({ minimum: 60, maximum: 7 * 86_400 })) },
      closed,
    ),
    DesktopState,
  ),
  'desktop.start_at_login': call(Type.Object({ on: Type.Boolean() }, closed), DesktopState),
  /** Looks for this machine's gateway again; the answer has what was found or how to fix it. */
  'desktop.find_gateway': call(nothing, Type.Union([GatewayReport, Type.Object({ problem: ErrorBody })])),
  'settings.get': call(nothing, Settings),
  'settings.update': call(Type.Partial(Settings, closed), Settings),
  /** The link that a click outside asked to open and nobody has dealt with yet. */
  'desktop.join_link': call(nothing, Type.Union([JoinLink, Type.Null()])),
} as const
export type DesktopCalls = typeof desktopCalls
export type DesktopCallName = keyof DesktopCalls
