/** What a node is called when nobody named it: the host's name without its domain. */
import { hostname } from 'node:os'

export const machineName = (host = hostname()): string => host.split('.')[0]?.slice(0, 64) || 'node'
