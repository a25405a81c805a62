import { describe, expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import html from '../../src/report/formats/html.js'
import markdown from '../../src/report/formats/markdown.js'
import { listNotes } from '../../src/report/notes.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
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
  cpuWindows: [],
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
