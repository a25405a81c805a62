import { describe, expect, test } from 'vitest'
import { describeAgents } from '../../src/report/agents.js'
import htmlFormat from '../../src/report/formats/html.js'
import type { AgentMark } from '../../src/stats/result.js'
import { listLoadDoubts, nameWorkers } from '../../src/stats/shard.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { RESULTS } from './results.js'

const agent = (name: string, changes: Partial<AgentMark> = {}): AgentMark => ({
  name,
  cores: 8,
  workers: 1,
  requests: 100,
  perfctl: '1.0.0',
  startOffsetMs: 1,
  clockErrorMs: 2,
  lost: null,
  ...changes,
})

describe('the agents of a run', () => {
  test.each<[readonly AgentMark[] | undefined, string | null]>([
    [undefined, null],
    [[agent('one')], '1 agent: one (8 cores, 2.00/s)'],
    [
      [agent('one', { startOffsetMs: 4.5 }), agent('two', { clockErrorMs: 3, cores: 1 })],
      '2 agents: one (8 cores, 2.00/s), two (1 core, 2.00/s); began within 4ms of each other, clocks known to ±3ms',
    ],
    [
      [agent('one', { lost: 41.2 }), agent('two', { startOffsetMs: null })],
      '2 agents: one (8 cores, 2.43/s, lost after 41.2s), two (8 cores, 2.00/s)',
    ],
    [
      Array.from({ length: 10 }, (_, i) => agent(`${i}`, { startOffsetMs: null })),
      `10 agents: ${[0, 1, 2, 3, 4, 5, 6, 7].map((name) => `${name} (8 cores, 2.00/s)`).join(', ')} and 2 more`,
    ],
  ])('%#', (agents, text) => {
    expect(describeAgents({ durationSeconds: 50, ...(agents !== undefined && { agents }) })).toBe(text)
  })

  test('name their workers, also on the page', () => {
    const agents = [agent('one', { workers: 2 }), agent('<two>')]
    expect(nameWorkers(agents)).toEqual(['worker 1 of agent one', 'worker 2 of agent one', 'agent <two>'])
    const result = simulate(SHOP, { seed: 1, seconds: 5 })
    const workers = [1, 2, 3].map(() => ({ eventLoopUtilization: 0.1, cpu: 0.1, starved: 0 }))
    const page = htmlFormat.render({ ...result, agents, generator: { ...result.generator, workers } }, null)
    expect(page).toContain('worker 2 of agent one')
    expect(page).toContain('agent &#60;two&#62;')
  })

  test('that were lost sent less than the load', () => {
    const agents = [agent('one'), agent('two', { lost: 41 }), agent('three', { lost: 12 })]
    expect(listLoadDoubts({ agents })).toEqual([
      'agent two was lost after 41s; from then on, 1 of 3 agents sent the load',
      'agent three was lost after 12s; from then on, 2 of 3 agents sent the load',
    ])
    expect(listLoadDoubts({ agents: [agent('one')] })).toEqual([])
  })

  test('of a search have no rates, as its load changes, and end it when they are lost', () => {
    const agents = [agent('one'), agent('two', { startOffsetMs: null, lost: 41 })]
    const { capacity } = RESULTS.capacity
    expect(describeAgents({ durationSeconds: 50, agents, capacity: capacity! })).toBe(
      '2 agents: one (8 cores), two (8 cores, lost after 41s)',
    )
    expect(listLoadDoubts({ agents, capacity: { end: 'stopped' } })).toEqual([
      'agent two was lost after 41s, which ended the search',
    ])
    expect(listLoadDoubts({ agents, capacity: { end: 'decided' } })).toEqual([])
  })
})
