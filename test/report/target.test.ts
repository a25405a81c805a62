import { describe, expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import html from '../../src/report/formats/html.js'
import { loadFormat } from '../../src/report/formats/index.js'
import markdown from '../../src/report/formats/markdown.js'
import { listNotes } from '../../src/report/notes.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import type { Comparison, MetricComparison } from '../../src/stats/comparison.js'
import type { Result } from '../../src/stats/result.js'
import { type TargetFigures, unmeasuredTarget } from '../../src/stats/target.js'
import { RESULTS } from './results.js'

const FIGURES: TargetFigures = {
  cpuSeconds: 30,
  cpuPerRequest: 2.5,
  cpuCores: 0.5,
  throttledSeconds: 1.2,
  memory: { first: 100e6, last: 120e6, max: 150e6, growthPerMinute: 2e6, isSum: true },
  timeline: Array.from({ length: 60 }, (_, second) => ({ second, cpu: 0.5, memory: 100e6 + second })),
  threads: { first: 11, last: 11, max: 11 },
  openFiles: { first: 24, last: 310, max: 1350 },
  cpuWindows: [{ start: 0, duration: 1, requests: 200, cpuMs: 500 }],
  failures: [],
}

const withTarget = (target: TargetFigures): Result => ({ ...RESULTS.passed, target })
const page = (width: number) => ({ width, style: createStyle(false), ascii: false })

describe('the processes of the service', () => {
  test('are on the terminal, at any width', () => {
    const text = renderConsole(withTarget(FIGURES), page(80), null)
    expect(text).toContain(`service: CPU time per request 2.50ms; cores in use 0.50; throttled 1.20s; memory
  (shared pages count for each process) 100MB → 120MB, at most 150MB; memory
  growth +2.00MB/m; threads 11; open files 24 → 310, at most 1,350
`)
    for (let width = 40; width <= 120; width += 5)
      for (const line of renderConsole(withTarget(FIGURES), page(width), null).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
  })

  test('are in Markdown', () => {
    expect(markdown.render(withTarget(FIGURES))).toContain('| CPU time per request | 2.50ms |')
  })

  test('have charts in HTML, one point a second at most', () => {
    const text = html.render(withTarget(FIGURES), null)
    for (const title of ['Cores used by the service', 'Memory of the service', 'Processes of the service'])
      expect(text).toContain(title)
    const long = {
      ...FIGURES,
      timeline: Array.from({ length: 5000 }, (_, i) => ({ ...FIGURES.timeline[0]!, second: i })),
    }
    expect(html.render(withTarget(long), null).length).toBeLessThan(text.length + 40_000)
  })

  test('have a note if they were throttled, or could not be observed', () => {
    expect(listNotes(withTarget(FIGURES))).toContain(
      'the service was throttled for 1.20s: its container or group had used up its limit of CPU time',
    )
    const failures = [{ kind: 'no_process', message: 'there is no process 7 on this machine' }] as const
    const none = withTarget(unmeasuredTarget(failures))
    expect(listNotes(none)).toContain(
      'no CPU time and memory of the service: there is no process 7 on this machine',
    )
    expect(renderConsole(none, page(80), null)).not.toContain('service: CPU')
    expect(html.render(none, null)).not.toContain('Cores used')
    expect(
      listNotes(withTarget({ ...FIGURES, failures: [{ kind: 'ended', message: 'it ended' }] })),
    ).toContain('CPU time and memory end early: it ended')
  })
})

describe('the processes of the service in a comparison', () => {
  const row = (fields: Partial<MetricComparison>): MetricComparison => ({
    request: null,
    metric: 'cpu_per_request',
    baseline: 2.1,
    current: 2.13,
    change: 0.0143,
    interval: [0.01, 0.02],
    detectable: 0.05,
    tolerance: 0.1,
    decisive: false,
    verdict: 'passed',
    reason: null,
    ...fields,
  })
  const MEMORY = row({
    metric: 'memory_max',
    baseline: 212e6,
    current: 218e6,
    change: 0.0283,
    interval: null,
    tolerance: 0,
    verdict: 'inconclusive',
    why: 'not_judged',
    reason: 'it depends on when a garbage collector ran',
  })
  const compared = (...metrics: MetricComparison[]): Result => {
    const comparison: Comparison = { baseline: 'b.json', verdict: 'passed', metrics, notes: [] }
    return { ...withTarget(FIGURES), comparison }
  }
  const textOf = (result: Result) => renderConsole(result, page(100), null).replaceAll(/\n +/g, ' ')

  test('are in one line, and no line of too few samples', () => {
    const text = textOf(compared(row({}), MEMORY))
    expect(text).toContain(
      'service: cpu_per_request 2.10ms → 2.13ms (+1.4%); memory_max 212MB → 218MB (+2.8%), not judged',
    )
    expect(text).not.toContain('too few samples')
    const close = { interval: [-0.05, 0.08] as const }
    expect(textOf(compared(row({ ...close, verdict: 'inconclusive', why: 'too_noisy' })))).toContain(
      'cpu_per_request 2.10ms → 2.13ms (+1.4%), may be chance',
    )
    const far = { current: 7, change: 2.33, interval: [0.76, 5.3] as const }
    expect(textOf(compared(row({ ...far, verdict: 'inconclusive', why: 'too_noisy' })))).toContain(
      'cpu_per_request 2.10ms → 7.00ms (+233%), too noisy to judge',
    )
    const missing = { current: null, change: null, interval: null, reason: 'no CPU time here' }
    expect(textOf(compared(row({ ...missing, verdict: 'inconclusive', why: 'not_measured' })))).toContain(
      'cpu_per_request 2.10ms → – (–) (no CPU time here)',
    )
  })

  test('are in the table and the headline if they are red', () => {
    const red = row({ current: 2.9, change: 0.38, interval: [0.36, 0.4], verdict: 'regressed' })
    const result = compared(red, MEMORY)
    const comparison = { ...result.comparison!, verdict: 'regressed' as const }
    const text = textOf({ ...result, comparison, verdict: 'regressed' })
    expect(text).toContain(
      'the service needs more CPU time: cpu_per_request went from 2.10ms to 2.90ms (+38.0%)',
    )
    expect(text).toMatch(
      /whole run +cpu_per_request +2.10ms +2.90ms +\+38.0% +\+36…\+40% +\+10% +✗ regressed/,
    )
  })

  test('are in Markdown, HTML and CSV; JUnit has a case only for what is judged', async () => {
    const result = compared(row({}), MEMORY)
    const ids = ['markdown', 'html', 'junit', 'csv', 'csv-windows'] as const
    const texts = await Promise.all(
      ids.map(async (id) => [id, (await loadFormat(id)).render(result, null)] as const),
    )
    const render = (wanted: (typeof ids)[number]) => texts.find(([id]) => id === wanted)![1]
    expect(render('markdown')).toContain('not judged')
    expect(render('html')).toMatch(/memory_max[\s\S]*not judged/)
    expect(render('junit')).toContain('name="cpu_per_request"')
    expect(render('junit')).not.toContain('memory_max')
    expect(render('csv').split('\r\n').at(-2)).toMatch(/,2.5,150000000$/)
    expect(render('csv-windows').split('\r\n').at(-2)).toBe('shop,,0,1,200,,,,,,500,100000000')
  })
})
