/** Many nodes in one process: real registrations, real WebSocket links, heartbeats, and turns that end at once. */
import { WebSocket } from 'ws'
import { linkProtocol } from '../../../shared/contract/limits.ts'
import type { Capabilities } from '../../../shared/contract/capabilities.ts'
import type { AgentFrame, CoordinatorFrame } from '../../../shared/contract/link.ts'
import type { Registered } from '../../../shared/contract/node.ts'
import { heartbeatEveryMs } from '../../../shared/core/agent/heartbeat.ts'

export interface SimNodesOptions {
  readonly url: string
  readonly joinToken: string
  /** An offer came: its text. */
  readonly offered: (content: string) => void
}

const joiningAtOnce = 16
const capabilities: Capabilities = {
  ...{ os: 'linux', arch: 'amd64', gpu: false, gpus: [], memory_gb: 16 },
  ...{ tags: ['bench'], tools: ['git', 'docker'], skills: [], skill_details: [] },
}
const gateway = { adapter: 'demo', state: 'ok' } as const
const answer = { text: 'done', outcome: 'succeeded', began: true, effects: 'possible' } as const

export class SimNodes {
  readonly #options: SimNodesOptions
  readonly #sockets: WebSocket[] = []
  readonly #timers: NodeJS.Timeout[] = []

  constructor(options: SimNodesOptions) {
    this.#options = options
  }

  async join(count: number): Promise<void> {
    let next = this.#sockets.length
    const last = next + count
    const worker = async (): Promise<void> => {
      while (next < last) await this.#joinOne(next++)
    }
    await Promise.all(Array.from({ length: joiningAtOnce }, worker))
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    for (const socket of this.#sockets) socket.terminate()
  }

  async #joinOne(index: number): Promise<void> {
    const { url, joinToken } = this.#options
    const name = `sim-${index}`
    const response = await fetch(`${url}/api/v1/nodes/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${joinToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, capabilities, version: 'bench' }),
    })
    if (!response.ok) throw new Error(`A node could not join: ${response.status} ${await response.text()}`)
    const { node_id, token } = (await response.json()) as Registered
    await this.#link(index, name, node_id, token)
  }

  #link(index: number, name: string, nodeId: string, token: string): Promise<void> {
    const socket = new WebSocket(`${this.#options.url.replace(/^http/, 'ws')}/ws/agent`, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    })
    this.#sockets.push(socket)
    const send = (frame: AgentFrame): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
    }
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () =>
        send({
          ...{ type: 'hello', protocol: linkProtocol, node_id: nodeId, name, instance: `instance-${index}` },
          ...{ host_boot_id: `boot-${index}`, journal_id: `journal-${index}`, version: 'bench' },
          ...{ capabilities, gateway, load: loadNow(), begun: [], results: [] },
        }),
      )
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as CoordinatorFrame
        if (frame.type === 'reject') reject(new Error(frame.error.message))
        if (frame.type === 'welcome') {
          this.#beat(() => send({ type: 'heartbeat', load: loadNow(), gateway }))
          resolve()
        }
        this.#work(frame, send)
      })
    })
  }

  #beat(beat: () => void): void {
    // Each at its own moment, as nodes that were started by people are.
    const first = setTimeout(() => {
      beat()
      this.#timers.push(setInterval(beat, heartbeatEveryMs))
    }, Math.random() * heartbeatEveryMs)
    this.#timers.push(first)
  }

  #work(frame: CoordinatorFrame, send: (frame: AgentFrame) => void): void {
    if (frame.type === 'offer') {
      this.#options.offered(frame.content)
      send({ type: 'accept', message_id: frame.message_id, attempt: frame.attempt })
    } else if (frame.type === 'start') {
      const ref = { message_id: frame.message_id, attempt: frame.attempt }
      send({ type: 'begun', ...ref })
      send({ type: 'result', ...ref, part: 0, parts: 1, ...answer })
    }
  }
}

/** Differs a little each time, as the load of a machine does. */
const loadNow = () => ({
  ...{ running: 0, queued: 0, slots: 8, on_battery: false, paused: false },
  cpu: Math.random() / 20,
  memory: 0.3 + Math.random() / 20,
})
