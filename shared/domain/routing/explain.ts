/** A decision in one English sentence: why this node, what is waited for, or what is missing and the nearest miss. */
import type { Reason } from '../../contract/decision.ts'
import { type Assessed, slotsInUse } from './assess.ts'
import type { Ranked } from './rank.ts'
import { reasonText } from './reason-text.ts'
import { needsOf } from './requirements.ts'
import type { Scene } from './scene.ts'
import { whyChosen } from './verdicts.ts'

/** A sentence names this many nodes; the decision's list has the others. */
const namedNodes = 3

export function explain(scene: Scene): string {
  if (scene.chosen !== undefined) return choice(scene, scene.chosen)
  return scene.able.length > 0 ? waiting(scene) : impossible(scene)
}

function choice(scene: Scene, chosen: Ranked): string {
  const { node } = chosen.of
  const reasons = whyChosen(scene, chosen)
  const doubt = reasons.find(({ code }) => code === 'condition')
  const said = doubt === undefined ? '' : `; it ${reasonText(doubt)}, but no better node can take it`
  return `${node.name}: ${mainReason(scene, chosen, reasons)}${moveText(scene)}${said}`
}

function mainReason({ all, pool }: Scene, { of }: Ranked, reasons: readonly Reason[]): string {
  const [first] = reasons
  switch (first?.code) {
    case 'addressed':
      return 'asked for by the message'
    case 'own_node':
      return 'tried again where it failed'
    case 'pinned':
      return 'the conversation lives there'
    case 'only_candidate':
      if (first.detail !== undefined) return `the only node with ${first.detail}`
      return all.length === 1 ? 'the only node' : `the only one of ${all.length} nodes that can take it now`
    default: {
      const tied = reasons.some(({ code }) => code === 'tie_break')
      return `${tied ? 'as idle as any' : 'least busy'} of ${pool.length} (${slotsInUse(of.node)})`
    }
  }
}

function moveText({ home, at }: Scene): string {
  const from = home.node
  if (home.affinity === 'excursion' && from) {
    return `; for this message only, its conversation stays on ${from.node.name}, which ${reasonTexts(from.never, at)}`
  }
  if (home.affinity !== 'repin') return ''
  if (!from) return '; the conversation moves here, its node is gone'
  return `; the conversation moves here from ${from.node.name}, which ${reasonTexts(from.now, at)}`
}

function waiting({ requires, stays, all, able, home, wait, at }: Scene): string {
  if (wait === 'pinned_busy' && home.node) {
    return `${home.node.node.name} has the conversation and ${reasonTexts(home.node.now, at)}`
  }
  const needs = needsOf(requires).join(', ')
  const miss = requires.node === undefined && !stays ? all.find(({ never }) => never.length > 0) : undefined
  const prefix = miss === undefined ? '' : `${miss.node.name} ${reasonTexts(miss.never, at)}; `
  const has = needs === '' ? '' : `has ${miss === undefined ? needs : 'it'} and `
  return prefix + list(able, (one) => `${one.node.name} ${has}${reasonTexts(one.now, at)}`)
}

function impossible({ requires, stays, all, at }: Scene): string {
  if (all.length === 0) return 'no node has joined the mesh yet'
  if (requires.node !== undefined) return impossibleAddress(requires.node, all, at)
  const own = stays ? all.find(({ never }) => never.every(({ code }) => code !== 'not_own_node')) : undefined
  if (own) return `${own.node.name} is to try it again and ${reasonTexts(own.never, at)}`
  const needs = needsOf(requires)
  const nearest = [...all].sort(byNearness)
  const missing = needs.filter((need) => all.every(({ never }) => never.some((reason) => reason.need === need)))
  const told = ({ node, never }: Assessed): string => `${node.name} ${reasonTexts(never, at)}`
  if (missing.length === 0) return `no node has all of ${needs.join(', ')}: ${list(nearest, told)}`
  const [first] = nearest
  // “No node has a GPU; nearest is vps, which lacks a GPU” would say nothing twice.
  const says = first?.never.some(({ need, have }) => have !== undefined || !missing.includes(need ?? ''))
  return `no node has ${missing.join(', ')}${first && says ? `; nearest is ${first.node.name}, which ${reasonTexts(first.never, at)}` : ''}`
}

/** Who lacks least; among these, who has most of what is counted. */
const byNearness = (a: Assessed, b: Assessed): number =>
  a.never.length - b.never.length || most(b) - most(a) || compare(a.node.name, b.node.name)

const most = ({ never }: Assessed): number => Math.max(0, ...never.map(({ have }) => Number(have) || 0))

function impossibleAddress(asked: string, all: readonly Assessed[], at: string): string {
  const target = all.find(({ never }) => never.every(({ code }) => code !== 'not_addressed'))
  if (target) return `${target.node.name} was asked for and ${reasonTexts(target.never, at)}`
  return `no node has the id or name “${asked}”; there is ${list(all, (one) => one.node.name, ', ')}`
}

const reasonTexts = (reasons: readonly Reason[], at: string): string =>
  reasons.map((reason) => reasonText(reason, at)).join(' and ')

function list(nodes: readonly Assessed[], text: (one: Assessed) => string, separator = '; '): string {
  const more = nodes.length > namedNodes ? `${separator}and ${nodes.length - namedNodes} more` : ''
  return nodes.slice(0, namedNodes).map(text).join(separator) + more
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
