/**
 * The load generator, a process of its own, so that what it costs falls on no system: so many kept-alive connections,
 * each with one request at a time. Told by its parent what to send, it answers with what it measured.
 */
import process from 'node:process'
import { Client } from 'undici'
import { quantile } from '../lib/figures.ts'
import { answerText } from './answer.ts'

export interface LoadOrder {
  readonly origin: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly concurrency: number
  readonly ms: number
}
export interface LoadResult {
  readonly requests: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly failed: number
  readonly firstFailure: string
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))

async function run(order: LoadOrder): Promise<LoadResult> {
  const began = performance.now()
  const until = began + order.ms
  const took: number[] = []
  const failures: string[] = []
  await Promise.all(
    Array.from({ length: order.concurrency }, async () => {
      const client = new Client(order.origin, { pipelining: 1, keepAliveTimeout: 60_000 })
      while (performance.now() < until) {
        const sent = performance.now()
        try {
          await ask(client, order)
          took.push(performance.now() - sent)
        } catch (error) {
          failures.push(String(error))
        }
      }
      await client.destroy()
    }),
  )
  return {
    requests: took.length,
    perSecond: took.length / ((performance.now() - began) / 1_000),
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    failed: failures.length,
    firstFailure: failures[0] ?? '',
  }
}

async function ask(client: Client, { headers, body }: LoadOrder): Promise<void> {
  const response = await client.request({ path: '/v1/chat/completions', method: 'POST', headers, body })
  const text = await response.body.text()
  if (response.statusCode !== 200 || !text.includes(answerText))
    throw new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`)
}
