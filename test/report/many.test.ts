/**
 * Reports of scenarios with thousands of names, such as an imported API.
 */
import { expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import github from '../../src/report/formats/github.js'
import { renderMarkdown } from '../../src/report/formats/markdown.js'
import { createStyle } from '../../src/report/style.js'
import type { Result } from '../../src/stats/result.js'
import { regressed } from './results.js'

const COUNT = 3000

const many: Result = (() => {
  const [request] = regressed.requests
  const row = regressed.comparison!.metrics.find(({ verdict }) => verdict === 'regressed')!
  const names = Array.from({ length: COUNT }, (_, i) => `request ${i}`)
  const metrics = names.map((name) => ({ ...row, request: name }))
  return {
    ...regressed,
    requests: names.map((name) => ({ ...request!, name })),
    comparison: { ...regressed.comparison!, metrics },
  }
})()

const rowsIn = (text: string) => text.split('\n').filter((line) => /^[ |]*request \d+ /.test(line)).length

test.each([
  ['markdown', renderMarkdown],
  ['github', (result: Result) => github.render(result, null)],
  [
    'console',
    (result: Result) => renderConsole(result, { width: 120, style: createStyle(false), ascii: false }, null),
  ],
])('%s shows the worst, and says how many are left out', (_, render) => {
  const text = render(many)
  expect(rowsIn(text)).toBe(40 + 20)
  expect(text).toContain('2,960 more metrics not shown; these are the worst')
  expect(text).toContain('2,980 more requests not shown; these are the worst and the busiest.')
})
