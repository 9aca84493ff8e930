/** Preloaded in a utility process: process.parentPort. */
import { EventEmitter } from 'node:events'

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    process.send!(message)
  }
  start(): void {}
}
const parentPort = new ParentPort()
let queue: unknown[] | null = [] // kept until somebody listens
process.on('message', (data) => {
  if (queue) queue.push(data)
  else parentPort.emit('message', { data, ports: [] })
})
parentPort.on('newListener', (name) => {
  if (name !== 'message' || !queue) return
  const waiting = queue
  queue = null
  setImmediate(() => waiting.forEach((data) => parentPort.emit('message', { data, ports: [] })))
})
Object.defineProperty(process, 'parentPort', { value: parentPort, enumerable: true })
Object.defineProperty(process, 'type', { value: 'utility', enumerable: true })
