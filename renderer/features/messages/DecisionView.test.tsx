// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Decision } from '../../../shared/contract/decision.ts'
import { aDecision } from '../../../shared/testing/builders.ts'
import { renderPage } from '../../testing/render-page.tsx'
import { DecisionView } from './DecisionView.tsx'

const decision = aDecision({
  reason: 'mac is the least busy of two.',
  requires: { gpu: true, skill: ['notes', 'github'], memory_gb: 16 },
  nodes: [
    {
      ...{ node_id: 'a', name: 'mac', verdict: 'chosen', reasons: [{ code: 'least_busy' }] },
      ...{ score: 0.25, parts: { turns: 0.2, cpu: 0.05 } },
    },
    {
      node_id: 'b',
      name: 'linux',
      verdict: 'scored',
      reasons: [{ code: 'busier', detail: '3 of 4 slots in use' }],
      score: 1.5,
    },
    { node_id: 'c', name: 'vps', verdict: 'rejected', reasons: [{ code: 'lacks', need: 'memory_gb:16', have: '4' }] },
    { node_id: 'd', name: 'nas', verdict: 'rejected', reasons: [{ code: 'condition', condition: 'paused' }] },
  ],
})
const show = (value: Decision | undefined, language = 'en') =>
  renderPage(<DecisionView decision={value} />, { language })
const rows = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent)

it('gives every node its verdict with the reason, the chosen one first', () => {
  show(decision)
  expect(screen.getByText('mac is the least busy of two.')).toBeDefined()
  expect(rows()).toEqual([
    'chosen: macscore 0.25least busy',
    'could: linuxscore 1.5busier (3 of 4 slots in use)',
    'cannot: vpslacks memory_gb:16, has 4',
    'cannot: naspaused',
  ])
})

it('repeats what was asked for, as the command line takes it', () => {
  show(decision)
  for (const need of ['gpu', 'skill:notes', 'skill:github', 'memory_gb:16'])
    expect(screen.getByText(need)).toBeDefined()
})

it('explains itself in Chinese from the codes', () => {
  show(decision, 'zh-CN')
  expect(screen.getByText('mac：最空闲')).toBeDefined()
  expect(rows()[1]).toBe('可选: linux评分 1.5更忙')
  expect(rows()[2]).toBe('不可选: vps缺少 memory_gb:16，现有 4')
})

it('tells in Chinese how busy a node is, and where a tie went, when the decision has the figures', () => {
  const [mac, linux] = decision.nodes
  if (!mac || !linux) throw new Error('the decision has two nodes')
  const busier = { code: 'busier', used: 3, slots: 4, detail: '3 of 4 slots in use' } as const
  const nodes = [
    mac,
    { ...linux, reasons: [busier] },
    { ...linux, node_id: 'c', name: 'vps', reasons: [{ code: 'tie_break' as const, detail: 'mac' }] },
  ]
  show({ ...decision, nodes }, 'zh-CN')
  expect(rows().slice(1)).toEqual([
    '可选: linux评分 1.5更忙 (4 个槽位已用 3 个)',
    '可选: vps评分 1.5同样空闲，抽签选中了 mac',
  ])
})

it('says in Chinese, too, that no node can', () => {
  show({ ...decision, outcome: 'infeasible', node_id: null, nodes: decision.nodes.slice(2) }, 'zh-CN')
  expect(screen.getByText('没有节点能胜任')).toBeDefined()
})

it('shows a large mesh in part until asked for all of it', () => {
  const nodes = Array.from({ length: 40 }, (_, index) => ({ ...decision.nodes[2]!, node_id: `n${index}` }))
  show({ ...decision, nodes })
  expect(within(screen.getByRole('list')).getAllByRole('listitem')).toHaveLength(8)
  fireEvent.click(screen.getByRole('button', { name: 'Show all 40 nodes' }))
  expect(rows()).toHaveLength(40)
})

it('says that nothing was decided yet', () => {
  show(undefined)
  expect(screen.getByText('Not decided yet.')).toBeDefined()
})
