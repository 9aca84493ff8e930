/**
 * Who listens where. Every host has a network namespace of its own, so each uses the same ports on its loopback. The
 * coordinator answers only to its own port, so what is relayed to it has to be asked for at that port too.
 */
import type { Address } from './wire.ts'

const loopback = (port: number, last = 1): Address => ({ host: `127.0.0.${last}`, port })

/** In the coordinator's namespace, where the client is too. */
export const coordinatorAt = loopback(9180)
export const clientDials = loopback(9180, 2)
/** In a node's namespace. */
export const agentDials = loopback(9180)
export const gatewayAt = loopback(8001)
export const agentAsks = loopback(8000)

/** The cable between the coordinator's host and a node's; only the relays of the run listen on it. */
export const nearEnd = (node: number): Address => ({ host: `10.177.${node}.1`, port: 9190 })
export const farEnd = (node: number): string => `10.177.${node}.2`

export const urlOf = ({ host, port }: Address): string => `http://${host}:${port}`
