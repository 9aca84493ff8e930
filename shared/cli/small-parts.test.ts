import { describe, expect, it } from 'vitest'
import type { AgentState } from '../core/agent/node-agent.ts'
import { gatewayLine, linkLine } from './agent-lines.ts'
import { shortLine } from './log.ts'
import { machineName } from '../core/platform/machine-name.ts'
import { messageError } from './message-error.ts'
import { count, port, splitTags } from './options.ts'
import { openSink } from './output/sink.ts'
import { fakeContext } from './testing/fakes.ts'

const { context } = fakeContext()

describe('numbers on the command line', () => {
  it('are whole and within limits', () => {
    expect(count('--limit', '20', 200)).toBe(20)
    expect(port('0')).toBe(0)
  })
  it.each(['', '-1', '1.5', '1e3', '0x10', '65536', 'many'])('refuses %j as a port', (text) => {
    expect(() => port(text)).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('--port') as string }),
    )
  })
})

describe('a machine’s name', () => {
  it.each([
    ['mac-mini.local', 'mac-mini'],
    ['x'.repeat(80), 'x'.repeat(64)],
    ['', 'node'],
  ])('of host %j is %s', (host, name) => {
    expect(machineName(host)).toBe(name)
  })
})

it('splits tags and drops what is none', () => {
  expect(splitTags(' gpu, docker,,')).toEqual(['gpu', 'docker'])
  expect(splitTags(undefined)).toEqual([])
})

describe('how a message ended', () => {
  const message = { id: 'm1', node_name: 'mac' }
  it('is no error when it succeeded', () => {
    expect(messageError({ ...message, state: 'succeeded' })).toBeUndefined()
  })
  it.each([
    ['cancelled', 'message_cancelled'],
    ['expired', 'message_expired'],
    ['interrupted', 'message_interrupted'],
    ['failed', 'internal'],
    ['running', 'internal'],
  ] as const)('%s is %s', (state, code) => {
    expect(messageError({ ...message, state })?.code).toBe(code)
  })
  it('is told by the message’s own error when it has one', () => {
    const error = { code: 'provider_failing', message: 'The model fails.' } as const
    expect(messageError({ ...message, state: 'failed', error })).toMatchObject(error)
  })
})

describe('the lines of a node', () => {
  const state: AgentState = { status: 'linked', coordinator_url: 'http://x', node_id: 'n', name: 'mac' }
  const health = { adapter: 'openclaw-rpc', state: 'ok', version: '2026.9.6' } as const
  it('tell link and gateway', () => {
    expect(linkLine(context, state)).toBe('● mac is linked to http://x')
    expect(gatewayLine(context, { health: () => health })).toBe('● Gateway: openclaw-rpc 2026.9.6 is ready')
  })
  it('tell what is wrong and what helps', () => {
    const problem = { code: 'gateway_down', message: 'Nothing listens.', hint: 'Start it.' } as const
    expect(linkLine(context, { ...state, status: 'connecting', problem })).toBe(
      '○ The link is gone; trying again: Nothing listens.',
    )
    expect(gatewayLine(context, { health: () => ({ ...health, state: 'down', problem }) })).toBe(
      '○ Gateway: Nothing listens. Start it.',
    )
    expect(gatewayLine(context, { health: () => ({ ...health, state: 'warming' }) })).toBe('○ Gateway: warming up')
  })
  it('tell that the coordinator has turned the node down', () => {
    const problem = { code: 'node_removed', message: 'It was removed.' } as const
    expect(linkLine(context, { ...state, status: 'rejected', problem })).toBe('✗ mac: It was removed.')
  })
  it('are silent while it connects for the first time', () => {
    expect(linkLine(context, { ...state, status: 'connecting' })).toBe('')
  })
})

it('shortens a log line for a person and lets nothing in it reach the terminal', () => {
  const line = JSON.stringify({
    level: 40,
    time: 0,
    msg: 'link lost\u001b[2J',
    node_id: 'n1',
    err: { message: 'ECONNRESET' },
  })
  expect(shortLine(line, (_, text) => text)).toMatch(/^\d\d:\d\d:\d\d warn {2}link lost {2}ECONNRESET node_id=n1\n$/)
})

describe('colours', () => {
  const terminal = { isTTY: true, columns: 80, write: () => true }
  it('are for terminals only, and not for those who asked for none', () => {
    expect(openSink(terminal, {}).paint('red', 'x')).not.toBe('x')
    expect(openSink(terminal, { NO_COLOR: '1' }).paint('red', 'x')).toBe('x')
    expect(openSink(terminal, { TERM: 'dumb' }).paint('red', 'x')).toBe('x')
    expect(openSink({ write: () => true }, {}).paint('red', 'x')).toBe('x')
  })
  it('cuts nothing when the output is no terminal', () => {
    expect(openSink({ write: () => true }, {}).columns).toBe(Infinity)
  })
})
