/**
 * The host of a node, as a process: holds its network namespace and relays what leaves the node's loopback and what goes
 * to its gateway. Told what to do over the channel to the run. `node host.ts <node> <seed>`.
 */
import process from 'node:process'
import { agentAsks, agentDials, gatewayAt, nearEnd } from './places.ts'
import { type Disturbance, Wire } from './wire.ts'

export type HostOrder =
  /** The cable is laid: relay from now on. */
  | { readonly do: 'open' }
  | { readonly do: 'cut' | 'mend'; readonly wire: 'link' | 'gateway' }
  | { readonly do: 'disturb'; readonly disturbance: Disturbance }

const gatewayWithinMs = 10_000

if (process.send) {
  const [node = '0', seed = ''] = process.argv.slice(2)
  let wires: { readonly link: Wire; readonly gateway: Wire } | undefined
  process.on('disconnect', () => process.exit())
  process.on('message', (order: HostOrder) => {
    void obey(order).then(() => process.send?.('done'))
  })

  const obey = async (order: HostOrder): Promise<void> => {
    if (order.do === 'open')
      wires = {
        link: await Wire.start(agentDials, nearEnd(Number(node)), `${seed} link ${node}`),
        gateway: await Wire.start(agentAsks, gatewayAt, `${seed} gateway ${node}`),
      }
    else if (order.do === 'disturb') wires?.link.disturb(order.disturbance)
    else if (order.do === 'cut') wires?.[order.wire].cut()
    else if (order.wire === 'gateway') await wires?.gateway.mendWhenThere(gatewayWithinMs)
    else await wires?.link.mend()
  }
}
