// Lets a test kill, stop and start a gateway while the suite runs.
import http from 'node:http'
import { startGateway, stopGateway, view } from './gateway.mjs'

export function controlServer(gateways, context) {
  const verbs = {
    stop: (gateway) => stopGateway(gateway),
    kill: (gateway) => stopGateway(gateway, { hard: true }),
    start: (gateway) => startGateway(gateway, context),
  }
  return http.createServer(async (request, response) => {
    const send = (code, body) => {
      response.writeHead(code, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    try {
      const [, verb, name] = new URL(request.url, 'http://control').pathname.split('/')
      if (request.method === 'GET' && !verb) return send(200, { gateways: gateways.map(view) })
      const gateway = gateways.find((one) => one.name === decodeURIComponent(name ?? ''))
      if (request.method !== 'POST' || !gateway || !Object.hasOwn(verbs, verb)) {
        return send(404, { error: 'GET / or POST /stop|kill|start/<name>' })
      }
      await verbs[verb](gateway)
      send(200, view(gateway))
    } catch (error) {
      send(500, { error: String(error?.message ?? error) })
    }
  })
}
