import { afterEach, beforeEach, expect, it } from 'vitest'
import { MeshError } from '../../contract/error.ts'
import { maxAnswerChars, resultPartChars } from '../../contract/limits.ts'
import type { AttemptRef } from '../../contract/link.ts'
import { anOffer } from '../../testing/fake-coordinator.ts'
import { RunnerRig, turnTaken } from '../../testing/runner-rig.ts'

const ref: AttemptRef = { message_id: 'msg-1', attempt: 1 }
let rig: RunnerRig
beforeEach(async () => {
  rig = await RunnerRig.start()
})
afterEach(() => rig.stop())

it('runs an attempt from offer to acknowledged result', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  expect(turn.attempt).toEqual({
    run_id: 'msg-1.1',
    content: 'What time is it?',
    context: [],
    session: '0123456789abcdef0123456789abcdef',
    timeout_s: 3_600,
  })
  turn.emit(
    { type: 'started' },
    { type: 'delta', offset: 0, text: 'It is' },
    { type: 'tool', name: 'date', phase: 'start' },
  )
  turn.emit({ type: 'usage', usage: { output_tokens: 4 } }, { type: 'done', text: 'It is noon.' })
  expect(await sent.next('result')).toEqual({
    type: 'result',
    ...ref,
    part: 0,
    parts: 1,
    text: 'It is noon.',
    outcome: 'succeeded',
    usage: { output_tokens: 4 },
    began: true,
    effects: 'possible',
  })
  expect(sent.types()).toEqual(['accept', 'begun', 'delta', 'tool', 'result'])
  expect(rig.runner.standing()).toEqual({ begun: [], results: [ref] })
  rig.runner.take({ type: 'result_ack', ...ref })
  expect(rig.runner.standing()).toEqual({ begun: [], results: [] })
  expect(rig.journal.results()).toEqual([])
})

it('has the attempt on disk before the gateway hears of it', async () => {
  rig.link()
  const onDisk: AttemptRef[][] = []
  const send = rig.adapter.send.bind(rig.adapter)
  rig.adapter.send = (attempt, signal) => {
    onDisk.push(rig.journal.begun().map((begun) => begun.ref))
    return send(attempt, signal)
  }
  await rig.handOver()
  expect(onDisk).toEqual([[ref]])
})

it('begins nothing that cannot be written down, and says so', async () => {
  rig.journal.recordBegun = () => {
    throw new MeshError('disk_full', 'The disk is full.')
  }
  const sent = rig.link()
  rig.runner.take(anOffer('msg-1'))
  rig.runner.take({ type: 'start', ...ref })
  expect(await sent.next('result')).toMatchObject({ outcome: 'failed', began: false, error: { code: 'disk_full' } })
  expect(rig.adapter.begun).toEqual([])
  expect(rig.runner.standing()).toEqual({ begun: [], results: [] })
})

it('refuses with the reason when it cannot take an offer', async () => {
  rig.with({ refusal: () => ({ code: 'gateway_down', message: 'The gateway is down.' }) })
  const sent = rig.link()
  rig.runner.take(anOffer('msg-1'))
  expect(await sent.next('refuse')).toMatchObject({ ...ref, error: { code: 'gateway_down' } })
})

it('begins an attempt once, however often it is started and offered', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  rig.runner.take({ type: 'start', ...ref })
  rig.runner.take(anOffer('msg-1'))
  rig.runner.take({ type: 'start', ...ref })
  expect(await sent.next('refuse')).toMatchObject({ error: { code: 'idempotency_conflict' } })
  turn.emit({ type: 'done', text: 'once' })
  await sent.next('result')
  rig.runner.take(anOffer('msg-1'))
  rig.runner.take({ type: 'start', ...ref })
  expect(await sent.next('result')).toMatchObject({ text: 'once' })
  expect(rig.adapter.begun).toEqual(['msg-1.1'])
})

it('proves that a started attempt never began when it was not accepted on this link', async () => {
  const first = rig.link()
  rig.runner.take(anOffer('msg-1'))
  rig.unlink(first)
  const second = rig.link()
  rig.runner.take({ type: 'start', ...ref })
  expect(await second.next('result')).toMatchObject({ ...ref, outcome: 'never_began', began: false, effects: 'none' })
  expect(rig.adapter.begun).toEqual([])
  expect(rig.runner.standing()).toEqual({ begun: [], results: [] })
})

it('stops a running turn when told to, and reports what the gateway says', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'delta', offset: 0, text: 'It' })
  await sent.next('delta')
  rig.runner.take({ type: 'cancel', ...ref, reason: 'cancelled' })
  await turn.aborted
  turn.emit({ type: 'cancelled', text: 'It' })
  expect(await sent.next('result')).toMatchObject({ outcome: 'cancelled', text: 'It', effects: 'possible' })
})

it('answers never_began to the cancelling of what it did not begin, and does not begin it afterwards', async () => {
  const sent = rig.link()
  rig.runner.take(anOffer('msg-1'))
  rig.runner.take({ type: 'cancel', ...ref, reason: 'cancelled' })
  expect(await sent.next('result')).toMatchObject({ outcome: 'never_began' })
  rig.runner.take({ type: 'start', ...ref })
  expect(await sent.next('result')).toMatchObject({ outcome: 'never_began' })
  expect(rig.adapter.begun).toEqual([])
})

it('does not claim that what it does not know never began: it may have lost its journal', async () => {
  const sent = rig.link()
  rig.runner.take({ type: 'cancel', ...ref, reason: 'cancelled' })
  expect(await sent.next('result')).toMatchObject({
    outcome: 'interrupted',
    error: { code: 'message_interrupted', details: { stop_unconfirmed: true } },
  })
})

it('is silent about a start that comes again after the result was acknowledged', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'done', text: 'once' })
  await sent.next('result')
  rig.runner.take({ type: 'result_ack', ...ref })
  const said = sent.types().length
  rig.runner.take({ type: 'start', ...ref })
  await turnTaken()
  expect(sent.types().slice(said)).toEqual([])
  expect(rig.adapter.begun).toEqual(['msg-1.1'])
})

it('goes on while the link is away and tells the rest on the next one', async () => {
  const first = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'delta', offset: 0, text: 'one ' })
  await first.next('delta')
  rig.unlink(first)
  turn.emit({ type: 'delta', offset: 4, text: 'two ' }, { type: 'delta', offset: 8, text: 'three ' })
  await turnTaken()
  expect(rig.runner.standing()).toEqual({ begun: [ref], results: [] })
  const second = rig.link()
  expect(await second.next('delta')).toMatchObject({ offset: 4, text: 'two three ' })
  turn.emit({ type: 'done', text: 'one two three four' })
  expect(await second.next('result')).toMatchObject({ text: 'one two three four' })
})

it('keeps a result that nobody acknowledged and sends it on every new link', async () => {
  const first = rig.link()
  const turn = await rig.handOver()
  rig.unlink(first)
  turn.emit({ type: 'done', text: 'late' })
  await turnTaken()
  expect(rig.runner.standing()).toEqual({ begun: [], results: [ref] })
  const second = rig.link()
  expect(await second.next('result')).toMatchObject({ text: 'late' })
  rig.unlink(second)
  await rig.restart()
  expect(rig.runner.standing().results).toEqual([ref])
  const third = rig.link()
  expect(await third.next('result')).toMatchObject({ text: 'late' })
  rig.runner.take({ type: 'result_ack', ...ref })
  await rig.restart()
  expect(rig.runner.standing().results).toEqual([])
})

it('keeps a result in memory when the disk will not take it', async () => {
  rig.journal.recordResult = () => {
    throw new MeshError('disk_full', 'The disk is full.')
  }
  const first = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'done', text: 'kept' })
  expect(await first.next('result')).toMatchObject({ text: 'kept' })
  rig.unlink(first)
  expect(await rig.link().next('result')).toMatchObject({ text: 'kept' })
})

it('leaves no trace of a result that the disk took only when it was acknowledged', async () => {
  const recordResult = rig.journal.recordResult.bind(rig.journal)
  rig.journal.recordResult = () => {
    throw new MeshError('disk_full', 'The disk is full.')
  }
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'done', text: 'kept' })
  await sent.next('result')
  rig.journal.recordResult = recordResult
  rig.runner.take({ type: 'result_ack', ...ref })
  await rig.restart()
  expect(rig.runner.standing()).toEqual({ begun: [], results: [] })
})

it('writes such a result down once the disk takes it, so that it survives the agent', async () => {
  const recordResult = rig.journal.recordResult.bind(rig.journal)
  rig.journal.recordResult = () => {
    throw new MeshError('disk_full', 'The disk is full.')
  }
  const turn = await rig.handOver()
  turn.emit({ type: 'done', text: 'kept' })
  await turnTaken()
  rig.runner.writeDown()
  rig.journal.recordResult = recordResult
  rig.runner.writeDown()
  expect(rig.journal.results()).toEqual([ref])
  await rig.restart()
  expect(await rig.link().next('result')).toMatchObject({ text: 'kept' })
})

it('says of an answer that went with a damaged journal that it is lost', async () => {
  const turn = await rig.handOver()
  turn.emit({ type: 'done', text: 'gone' })
  await turnTaken()
  rig.journal.result = () => undefined
  expect(await rig.link().next('result')).toMatchObject({
    outcome: 'interrupted',
    began: true,
    error: { message: expect.stringContaining('damaged journal') },
  })
})

it('does not acknowledge away what still runs', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  rig.runner.take({ type: 'result_ack', ...ref })
  expect(rig.runner.standing().begun).toEqual([ref])
  turn.emit({ type: 'done', text: 'there' })
  expect(await sent.next('result')).toMatchObject({ text: 'there' })
})

it('sends a long answer in parts, each when there is room', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  sent.congested = true
  const text = 'a'.repeat(resultPartChars * 2) + 'end'
  turn.emit({ type: 'done', text })
  await turnTaken()
  expect(sent.types()).not.toContain('result')
  sent.relieve()
  const parts = [await sent.next('result'), await sent.next('result'), await sent.next('result')]
  expect(parts.map(({ part, parts: all }) => [part, all])).toEqual([
    [0, 3],
    [1, 3],
    [2, 3],
  ])
  expect(parts.map((part) => part.text).join('')).toBe(text)
})

it('merges deltas while the link is full, and drops tool news then', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  sent.congested = true
  turn.emit({ type: 'delta', offset: 0, text: 'a' }, { type: 'tool', name: 'exec', phase: 'start' })
  turn.emit({ type: 'delta', offset: 1, text: 'b' }, { type: 'delta', offset: 2, text: 'c' })
  await turnTaken()
  expect(sent.types()).toEqual(['accept', 'begun'])
  sent.relieve()
  rig.runner.relieved()
  expect(await sent.next('delta')).toMatchObject({ offset: 0, text: 'abc' })
})

it('stops a gateway that writes more than an answer may hold, and keeps what came', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.emit({ type: 'delta', offset: maxAnswerChars, text: 'x' })
  await turn.aborted
  turn.emit({ type: 'cancelled', text: 'a'.repeat(10) })
  expect(await sent.next('result')).toMatchObject({
    outcome: 'failed',
    text: 'a'.repeat(10),
    error: { code: 'answer_too_large' },
  })
})

it('passes on a failure with what came before it', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  const error = { code: 'provider_failing' as const, message: 'The model is overloaded.' }
  turn.emit({ type: 'failed', error, began: false, effects: 'none', text: '' })
  expect(await sent.next('result')).toMatchObject({ outcome: 'failed', error, began: false, effects: 'none' })
})

it('does not believe “no effects” after it has seen some', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  const error = { code: 'gateway_down' as const, message: 'Gone.' }
  turn.emit({ type: 'tool', name: 'exec', phase: 'start' })
  turn.emit({ type: 'failed', error, began: true, effects: 'none', text: '' })
  expect(await sent.next('result')).toMatchObject({ effects: 'possible' })
})

it('makes a failure of a turn that ends without a word', async () => {
  const sent = rig.link()
  const turn = await rig.handOver()
  turn.breakOff()
  expect(await sent.next('result')).toMatchObject({
    outcome: 'failed',
    error: { code: 'gateway_bad_reply' },
    began: true,
    effects: 'possible',
  })
})

it('makes a failure of an adapter that throws', async () => {
  const sent = rig.link()
  rig.adapter.send = () => {
    throw new Error('a bug')
  }
  rig.runner.take(anOffer('msg-1'))
  rig.runner.take({ type: 'start', ...ref })
  expect(await sent.next('result')).toMatchObject({ outcome: 'failed', error: { code: 'internal' }, began: true })
})

it('bounds the offers it holds', async () => {
  const full: boolean[] = []
  rig.with({
    refusal: (isFull) => {
      full.push(isFull)
      return isFull ? { code: 'queue_full', message: 'Full.' } : undefined
    },
  })
  const sent = rig.link()
  for (let i = 0; i < 300; i++) rig.runner.take(anOffer(`msg-${i}`))
  expect(sent.types().filter((type) => type === 'accept')).toHaveLength(256)
  expect(full.filter(Boolean)).toHaveLength(44)
})
