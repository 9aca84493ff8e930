/** The one URL a person gives for a coordinator, checked, and what the agent dials on it. Pure. */
import { MeshError } from '../../contract/error.ts'

/**
 * The base URL without a trailing slash. Plain http is for this computer only: a node token sent in clear over a network
 * gives the whole machine away.
 */
export function coordinatorBase(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || !url.hostname) {
    throw new MeshError(
      'invalid_input',
      'coordinator URL: must look like http://localhost:9180 or https://mesh.example.',
      {
        hint: 'Use the address that `claw-mesh up` prints on the coordinator.',
      },
    )
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new MeshError('invalid_input', 'coordinator URL: must not hold a user, password, query or fragment.', {
      hint: 'Give the join token with --token.',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new MeshError('invalid_input', `coordinator URL: plain http to ${url.hostname} would send tokens in clear.`, {
      hint: 'Use its https:// address, or a tunnel such as `ssh -L 9180:localhost:9180` and http://localhost:9180.',
    })
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

export const linkUrl = (base: string): string => `${base.replace(/^http/, 'ws')}/ws/agent`

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
