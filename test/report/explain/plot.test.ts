import { expect, test } from 'vitest'
import { renderPlot } from '../../../src/report/explain/plot.js'

const options = { width: 16, height: 2, ascii: false, format: (level: number) => `${level}` }

test('a level is drawn relative to the peak, for its whole duration', () => {
  const at = (t: number) => (t < 3000 ? 4 : t < 6000 ? 8 : 0)
  expect(renderPlot({ at, durationMs: 12_000, peak: 8 }, options)).toEqual([
    '8 │   ███',
    '0 │██████',
    '   0s        12s',
  ])
})

test('even the lowest level is visible', () => {
  const curve = { at: () => 1, durationMs: 1000, peak: 1000 }
  expect(renderPlot(curve, options)[1]).toBe(`   0 │${'▁'.repeat(10)}`)
  expect(renderPlot({ ...curve, at: () => 0 }, options)[1]).toBe('   0 │')
})

test('an ASCII terminal gets ASCII', () => {
  const curve = { at: (t: number) => t, durationMs: 1000, peak: 1000 }
  expect(renderPlot(curve, { ...options, ascii: true }).join('\n')).toMatch(/^[\n -~]+$/)
})
