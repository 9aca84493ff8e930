import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { adminToken, type OpenBench, openBench } from '../../../testing/door-bench.ts'
import { fakeClock } from '../../../testing/fake-clock.ts'
import { silentLog } from '../../platform/log.ts'
import { ConnectionLimit } from './connection-limit.ts'
import { Listeners } from './listeners.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
const open = async (options?: Parameters<typeof openBench>[0]): Promise<OpenBench> => {
  const bench = await openBench(options)
  stops.push(bench.stop)
  return bench
}
const connectTo = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  // Being cut off is what these tests are about.
  socket.on('error', () => undefined)
  stops.push(async () => socket.destroy())
  return socket
}
const closed = async (socket: Socket): Promise<void> => {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}
const hasIPv6 = await new Promise<boolean>((resolve) => {
  const probe = createServer()
  probe.once('error', () => resolve(false))
  probe.listen(0, '::1', () => probe.close(() => resolve(true)))
})

it('answers on this machine’s own addresses, with the port it says', async () => {
  const { port } = await open()
  for (const host of hasIPv6 ? ['127.0.0.1', '[::1]', 'localhost'] : ['127.0.0.1', 'localhost']) {
    expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200)
  }
})

it('refuses another port in Host and Origin than the one it listens on', async () => {
  const { port } = await open()
  const ask = async (head: string): Promise<string> => {
    const socket = await connectTo(port)
    socket.end(`GET /healthz HTTP/1.1\r\n${head}\r\nConnection: close\r\n\r\n`)
    return text(socket)
  }
  expect(await ask(`Host: localhost:${port}`)).toContain('200 OK')
  expect(await ask(`Host: localhost:${port + 1}`)).toContain('host_not_allowed')
  expect(await ask('Host: localhost')).toContain('host_not_allowed')
  expect(await ask(`Host: localhost:${port}\r\nOrigin: http://localhost:3000`)).toContain('origin_not_allowed')
  expect(await ask(`Host: localhost:${port}\r\nOrigin: http://127.0.0.1:${port}`)).toContain('200 OK')
})

it('says which port is taken and how to take another', async () => {
  const { port, app } = await open()
  const clock = fakeClock()
  const connections = new ConnectionLimit()
  const sockets = { handle: () => undefined }
  const second = new Listeners({ app, sockets, connections, port, clock, log: silentLog })
  await expect(second.start()).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(String(port)),
    hint: expect.stringContaining('--port'),
  })
})

it('answers what is not HTTP, and heads that are too long, with an envelope', async () => {
  const { port } = await open()
  const send = async (bytes: string): Promise<string> => {
    const socket = await connectTo(port)
    socket.write(bytes)
    return text(socket)
  }
  expect(await send('hello there\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid_input"/)
  const long = `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`
  expect(await send(long)).toMatch(/^HTTP\/1.1 431 [^]*"code":"invalid_input"/)
})

it('makes room for a new connection by dropping the oldest that showed no token', async () => {
  const connections = new ConnectionLimit({ maxUnproven: 3 })
  const { port, url } = await open({ connections })
  const [first, ...rest] = [await connectTo(port), await connectTo(port), await connectTo(port)]
  const response = await fetch(`${url}/api/v1/nodes`, { headers: { authorization: `Bearer ${adminToken}` } })
  expect(response.status).toBe(200)
  await closed(first)
  expect(rest.map(({ destroyed }) => destroyed)).toEqual([false, false])
  // The one that showed a token does not count any more.
  expect(connections.unproven).toBe(2)
})

it('cuts connections that are still open when its grace is over', async () => {
  const bench = await openBench()
  const socket = await connectTo(bench.port)
  socket.write('GET /healthz HTTP/1.1\r\n')
  await bench.stop()
  await closed(socket)
  await expect(fetch(`${bench.url}/healthz`)).rejects.toThrow()
})
