import { expect, test } from 'vitest'
import { renderHistory } from '../../../src/report/history/console.js'
import { renderHistoryJson } from '../../../src/report/history/json.js'
import { renderHistoryMarkdown } from '../../../src/report/history/markdown.js'
import { createStyle } from '../../../src/report/style.js'
import { displayWidth } from '../../../src/report/width.js'
import { makeTrends } from '../../../src/verdict/trend.js'
import { commitOf, makeHistory } from '../../verdict/histories.js'

const changed = makeHistory({ jobs: 40, seed: 4, level: (n) => (n < 15 ? 1 : n < 30 ? 1.25 : 1.02) })
const steady = makeHistory({ jobs: 12, seed: 6 })
const young = makeHistory({ jobs: 4, seed: 2 })
const page = (width: number, ascii = false) => ({ width, ascii, style: createStyle(false) })

test.each([120, 80, 40])('at %i columns', async (width) => {
  const text = renderHistory(changed, makeTrends(changed), page(width))
  for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width)
  await expect(text).toMatchFileSnapshot(`golden/changed-${width}.txt`)
})

test('on an ASCII terminal', async () => {
  const text = renderHistory(changed, makeTrends(changed), page(80, true))
  expect(text).toMatch(/^[\n -~]*$/)
  await expect(text).toMatchFileSnapshot('golden/changed-ascii.txt')
})

test.each([
  ['without changes', steady, 'Nothing changed beyond chance.'],
  ['that is too short', young, '4 results are too few to tell a change from chance; it takes about 10.'],
])('a history %s says so', (_, history, sentence) => {
  const text = renderHistory(history, makeTrends(history), page(80))
  expect(text.split('\n')).toContain(sentence)
  expect(text).toMatch(/^search .* p50 /m)
})

test('one job has no table', () => {
  const one = makeHistory({ jobs: 1, seed: 1 })
  const text = renderHistory(one, makeTrends(one), page(80))
  expect(text).toBe('shop  1 result, 2026-03-01\n20 users for 30s\n\nA trend needs more than one result.\n')
})

test('a job in which a request never succeeded is named', () => {
  const points = steady.points.map((point, n) => ({
    ...point,
    figures: point.figures.map((each) =>
      each.request === 'search' && n % 5 === 0 ? { request: 'search', values: { error_rate: 1 } } : each,
    ),
  }))
  const history = { ...steady, points }
  const sentence = 'every request of "search" failed in 3 of 12 results, most recently 2026-03-11 10:00'
  expect(renderHistory(history, makeTrends(history), page(120))).toContain(`\n${sentence}\n`)
  expect(renderHistoryMarkdown([{ history, trends: makeTrends(history) }])).toContain(`**${sentence}**`)
  expect(renderHistory(steady, makeTrends(steady), page(120))).not.toContain('every request of')
})

test('other differences are listed with a change', () => {
  const points = changed.points.map((point, n) =>
    n < 15 ? point : { ...point, environment: { ...point.environment, cores: 8 } },
  )
  const history = { ...changed, points }
  expect(renderHistory(history, makeTrends(history), page(80))).toContain(
    'also changed at that point: cores: 8 instead of 4',
  )
})

test('worse is red, better is green', () => {
  const text = renderHistory(changed, makeTrends(changed), { ...page(80), style: createStyle(true) })
  expect(text).toMatch(/\u001b\[31m +"search" got slower/)
  expect(text).toMatch(/\u001b\[32m +"search" got faster/)
})

test('as Markdown', async () => {
  const text = renderHistoryMarkdown([
    { history: changed, trends: makeTrends(changed) },
    { history: young, trends: makeTrends(young) },
  ])
  await expect(text).toMatchFileSnapshot('golden/history.md')
})

test('names never become markup', () => {
  const history = { ...young, scenario: '<script>| [x](y)\u001b[2J' }
  const text = renderHistoryMarkdown([{ history, trends: makeTrends(history) }])
  expect(text).not.toMatch(/<script>|\]\(|\u001b/)
  expect(renderHistory(history, makeTrends(history), page(80))).not.toContain('\u001b')
})

test('JSON has the commit and the one before', () => {
  const text = renderHistoryJson([{ history: changed, trends: makeTrends(changed) }])
  const { schema, scenarios } = JSON.parse(text)
  expect(schema).toBe('perfctl/history@1')
  const [p50] = scenarios[0].trends
  expect(p50).toMatchObject({ request: 'search', metric: 'p50' })
  expect(p50.values).toHaveLength(40)
  expect(p50.changes[0]).toMatchObject({
    index: 15,
    startedAt: '2026-03-16T10:00:00.000Z',
    gitCommit: commitOf(15),
    previousGitCommit: commitOf(14),
    isWorse: true,
    alsoDifferent: [],
  })
})
