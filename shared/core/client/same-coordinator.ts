/** Whether two URLs name the same coordinator: on one machine every loopback name is one. */
export function sameCoordinator(one: string, other: string): boolean {
  const first = URL.parse(one)
  const second = URL.parse(other)
  if (!first || !second) return false
  return place(first) === place(second)
}

const place = (url: URL): string =>
  `${url.protocol}//${isLoopback(url.hostname) ? 'loopback' : url.hostname}:${url.port}${url.pathname.replace(/\/+$/, '')}`

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
