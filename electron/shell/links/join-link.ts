/** Reads a `claw-mesh://join` link. Anybody can make one and any page can open one, so what is not known is refused. Pure. */
import type { JoinLink } from '../../../shared/contract/desktop.ts'
import { MeshError } from '../../../shared/contract/error.ts'
import { coordinatorBase } from '../../../shared/core/agent/coordinator-url.ts'
import type { Translate } from '../../../shared/i18n/create-i18n.ts'

export const linkScheme = 'claw-mesh'

/** The link with its one-time token, which the window is not shown. */
export interface ReadLink {
  readonly link: JoinLink
  readonly token: string
}

const longest = 2_048
/** Coordinator's URL, fingerprint of its key, one-time token. */
const known = { u: 'u', fp: 'fp', t: 't' } as const
const fingerprint = /^[A-Za-z0-9_-]{43}$/
const oneTime = /^[A-Za-z0-9_-]{16,256}$/

/** The argument of a start that is a link, if one is. */
export const linkIn = (args: readonly string[]): string | undefined =>
  args.find((arg) => arg.toLowerCase().startsWith(`${linkScheme}:`))

/** Throws `invalid_input` with a reason in the person's language. */
export function readJoinLink(text: string, t: Translate): ReadLink {
  const refuse = (reason: string): MeshError =>
    new MeshError('invalid_input', reason, { hint: t('common:error.invalid_input') })
  if (text.length > longest) throw refuse(t('desktop:link.too_long'))
  const url = URL.parse(text)
  if (url?.protocol !== `${linkScheme}:`) throw refuse(t('desktop:link.not_a_link'))
  const place = url.host + url.pathname.replace(/\/$/, '')
  if (place !== 'join' || url.hash || url.username || url.password) throw refuse(t('desktop:link.not_join'))
  for (const name of url.searchParams.keys()) {
    if (!Object.hasOwn(known, name)) throw refuse(t('desktop:link.unknown_part', { name: shortName(name) }))
    if (url.searchParams.getAll(name).length > 1) throw refuse(t('desktop:link.repeated_part', { name }))
  }
  const part = (name: keyof typeof known): string | undefined => url.searchParams.get(name) ?? undefined
  const [address, token, fp] = [part('u'), part('t'), part('fp')]
  if (!address) throw refuse(t('desktop:link.missing_part', { name: 'u' }))
  if (!token) throw refuse(t('desktop:link.missing_part', { name: 't' }))
  if (!oneTime.test(token)) throw refuse(t('desktop:link.bad_part', { name: 't' }))
  if (fp !== undefined && !fingerprint.test(fp)) throw refuse(t('desktop:link.bad_part', { name: 'fp' }))
  return { link: { coordinator_url: baseOf(address, refuse, t), ...(fp === undefined ? {} : { fp }) }, token }
}

function baseOf(address: string, refuse: (reason: string) => MeshError, t: Translate): string {
  try {
    return coordinatorBase(address)
  } catch {
    throw refuse(t('desktop:link.bad_part', { name: 'u' }))
  }
}

const shortName = (name: string): string => name.replaceAll(/[^\w-]/g, '?').slice(0, 32)
