import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { METRICS, type Metric } from '../../src/report/live/stream/metrics.js'
import { prometheusName } from '../../src/report/live/stream/prometheus-names.js'

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly description: string
  readonly datasource: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly {
    readonly refId: string
    readonly expr: string
    readonly datasource: { readonly uid: string }
  }[]
}

const text = readFileSync(new URL('../../deploy/grafana/perfctl.json', import.meta.url), 'utf8')
const dashboard = JSON.parse(text)
const panels: readonly Panel[] = dashboard.panels
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const))
const variables: readonly { name: string; type: string; definition?: string }[] = dashboard.templating.list

/** The names of all series that perfctl makes in Prometheus. */
const SERIES = Object.values(METRICS).flatMap((metric: Metric) => {
  const name = prometheusName(metric)
  return metric.kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
})

const metricsIn = (expression: string) => expression.match(/\bperfctl_\w+/g) ?? []

test('every metric it asks for is one that perfctl sends, and every metric is asked for', () => {
  const asked = metricsIn(
    [...queries.map(([, expr]) => expr), ...variables.map(({ definition = '' }) => definition)].join('\n'),
  )
  expect(asked.filter((name) => !SERIES.includes(name))).toEqual([])
  const unasked = Object.values(METRICS)
    .map(prometheusName)
    .filter((name) => !asked.some((series) => series.startsWith(name)))
  expect(unasked).toEqual([])
})

test.each(queries)('%s: asks for labels that perfctl sets: %s', (_, expr) => {
  const selected = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label]) => label)
  const grouped = [...expr.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, labels]) => labels!.split(', '))
  const own = ['scenario', 'name', 'phase', 'error', 'status', 'timing', 'metric', 'le']
  expect([...selected, ...grouped].filter((label) => !own.includes(label!))).toEqual([])
  // A percentile of a sum of buckets needs the buckets.
  if (expr.includes('histogram_quantile')) expect(grouped).toContain('le')
})

test.each(queries)('%s: counters only as rates, gauges never: %s', (_, expr) => {
  for (const [, before, name] of expr.matchAll(/(\w+ ?\()?(perfctl_\w+)/g)) {
    const counts = /_(total|bucket|sum|count)$/.test(name!)
    expect([name, before === 'rate(']).toEqual([name, counts])
  }
})

test('the data source is a variable, and every variable that is used is there', () => {
  const used = [...text.matchAll(/\$\{?(\w+)\}?/g)]
    .map(([, name]) => name!)
    .filter((name) => !name.startsWith('__'))
  expect(new Set(used)).toEqual(new Set(variables.map(({ name }) => name)))
  expect(variables.find(({ name }) => name === 'datasource')).toMatchObject({
    type: 'datasource',
    query: 'prometheus',
  })
  const sources = panels.flatMap(({ datasource, targets }) => [
    datasource,
    ...targets.map((target) => target.datasource),
  ])
  expect(new Set(sources.map(({ uid }) => uid))).toEqual(new Set(['${datasource}']))
})

describe('the page', () => {
  test('numbers and names its panels', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, description, targets } of panels) {
      expect(description, title).toMatch(/\.$/)
      expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C'].slice(0, targets.length))
    }
  })

  test('lays them out without gaps and overlaps, 24 columns wide', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    )
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h))
    expect(new Set(cells).size).toBe(cells.length)
    expect(cells).toHaveLength(24 * height)
  })
})
