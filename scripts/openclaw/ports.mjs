// Ports of the gateways, and plain HTTP(S) requests to them.
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'

export function portFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * `base` 0: a free range below the ports that systems hand out for outgoing connections, so that a stopped
 * gateway finds its port again; a random start, so that suites side by side do not meet.
 */
export async function choosePorts({ base, step, count }) {
  const range = (first) => Array.from({ length: count }, (_, i) => first + i * step)
  if (base !== 0) return range(base)
  for (let round = 0; round < 100; round++) {
    const ports = range(20_000 + Math.floor(Math.random() * (12_000 - count * step)))
    const free = await Promise.all(ports.map(portFree))
    if (free.every(Boolean)) return ports
  }
  throw new Error('found no free range of ports')
}

export function ask(url, { method = 'GET', headers, body, timeout = 5000 } = {}) {
  return new Promise((resolve, reject) => {
    const lib = url.startsWith('https:') ? https : http
    const options = { method, headers, timeout, agent: false, rejectUnauthorized: false }
    const request = lib.request(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (data) => (text += data))
      response.on('end', () => resolve({ status: response.statusCode, text }))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', reject)
    request.end(body)
  })
}
