import { describe, expect, test } from 'vitest'
import { nextStep } from '../../src/report/advice.js'
import { renderConsole as render } from '../../src/report/console.js'
import html from '../../src/report/formats/html.js'
import { renderMarkdown } from '../../src/report/formats/markdown.js'
import type { Page } from '../../src/report/page.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import { headline } from '../../src/report/wording.js'
import type { Result } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { failed, passed, RESULTS, regressed } from './results.js'

const plain = createStyle(false)
const renderConsole = (result: Result, page: Page) => render(result, page, nextStep(result))

/** From a machine that is far too noisy. */
const noisy = compare(
  simulate(SHOP, { seed: 1, noise: 0.3, memory: 0.8 }),
  simulate(SHOP, { seed: 4, noise: 0.3, memory: 0.8 }),
)

describe.each(Object.entries(RESULTS))('%s', (name, result) => {
  test.each([40, 80, 120])('on %i columns', async (width) => {
    const text = renderConsole(result, { width, style: plain, ascii: false })
    for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width)
    await expect(text).toMatchFileSnapshot(`golden/${name}-${width}.txt`)
  })

  test('no control character but the newline reaches the terminal', () => {
    const text = renderConsole(result, { width: 80, style: plain, ascii: false })
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
  })
})

test('colors change nothing else', () => {
  const coloured = renderConsole(regressed, { width: 80, style: createStyle(true), ascii: false })
  expect(coloured).toContain('\u001b[31m')
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(
    renderConsole(regressed, { width: 80, style: plain, ascii: false }),
  )
})

test('an ASCII terminal gets ASCII', () => {
  expect(renderConsole(regressed, { width: 80, style: plain, ascii: true })).toMatch(/^[\n -~]+$/)
})

test('the first line is the verdict in words', () => {
  const first = (result: typeof passed) =>
    renderConsole(result, { width: 200, style: plain, ascii: false }).split('\n')[0]
  expect(first(passed)).toMatch(
    /^✓ Passed: a slowdown of \d+ % or more of any request's median, or of \d+ % of any request's p95, would have shown, and both thresholds were met\.$/,
  )
  expect(first(failed)).toBe('✗ Failed: error_rate < 1% was not met (3.12%); 2 of 3 thresholds were not met.')
  expect(first(regressed)).toMatch(/^✗ Regressed: "(search|details)" .*, the worst of \d regressions\.$/)
  expect(first({ ...regressed, thresholds: failed.thresholds })).toMatch(
    /the worst of \d regressions; 2 of 3 thresholds were not met\.$/,
  )
  expect(first({ ...passed, verdict: 'interrupted', durationSeconds: 12.3 })).toContain(
    'Interrupted after 12s',
  )
  expect(first({ ...passed, comparison: null, thresholds: [] })).toMatch(
    /^✓ Passed: .*; not compared with a baseline\.$/,
  )
})

test('a missed threshold on a noisy machine is reported, with a caveat', () => {
  const text = headline({ ...failed, comparison: noisy })
  expect(text).toMatch(
    /^Failed: error_rate < 1% was not met .*; the comparison is inconclusive: the p50 of "search" /,
  )
})

test('in an inconclusive run, a met threshold is not green', () => {
  const result: Result = { ...passed, comparison: noisy, verdict: 'inconclusive' }
  const text = renderConsole(result, { width: 80, style: createStyle(true), ascii: false })
  expect(text).toContain('\u001b[33m? met')
  expect(text).not.toMatch(/✓ met/)
  expect(html.render(result, null)).toContain('<b class="unsure">? met</b>')
  expect(html.render(result, null)).not.toContain('✓ met')
  expect(renderMarkdown(result)).toContain('met, in doubt')
})

test('an inconclusive metric is shown once, if the verdict rests on it, and only some of very many', () => {
  const result: Result = { ...passed, comparison: noisy, verdict: 'inconclusive' }
  const text = renderConsole(result, { width: 120, style: plain, ascii: false })
  const decisive = noisy.metrics.filter((row) => row.verdict === 'inconclusive' && row.decisive)
  expect(text.match(/\? inconclusive/g)).toHaveLength(decisive.length)
  expect(text.match(/too noisy/g)).toHaveLength(1)
  const aside = noisy.metrics.filter((row) => row.verdict === 'inconclusive' && !row.decisive)
  expect(text).toContain(
    `  ${aside.length} more lines had too few samples or too much noise to judge; the verdict doesn't rest on them\n`,
  )
  const many = Array.from({ length: 15 }, (_, i) => ({ ...noisy.metrics[0]!, request: `request ${i}` }))
  const crowded = renderConsole(
    { ...result, comparison: { ...noisy, metrics: many } },
    { width: 120, style: plain, ascii: false },
  )
  expect(crowded.match(/\? inconclusive/g)).toHaveLength(8)
  expect(crowded).toContain('  7 more inconclusive metrics not shown\n')
})

test('sides that took turns are called a and b', () => {
  const inTurns: Result = { ...regressed, comparison: { ...regressed.comparison!, inTurns: true } }
  const text = renderConsole(inTurns, { width: 120, style: plain, ascii: false })
  expect(text).toMatch(/request +metric +a +b +change/)
  expect(renderMarkdown(inTurns)).toContain('| request | metric | a | b | change')
  expect(html.render(inTurns, null)).toContain(
    '<th scope="col" class="n wide">a</th><th scope="col" class="n wide">b</th>',
  )
})

test('a far worse tail is in the headline of a passed run, and in the table', () => {
  const metrics = regressed.comparison!.metrics
  const tail = metrics.find(({ metric, request }) => metric === 'p99' && request === 'search')!
  const worse = { ...tail, baseline: 17, current: 67, change: 67 / 17 - 1 }
  const comparison = { ...passed.comparison!, metrics: [worse] }
  const text = renderConsole({ ...passed, comparison }, { width: 200, style: plain, ascii: false })
  expect(text.split('\n')[0]).toContain('; p99 of "search" is inconclusive, 17.0ms → 67.0ms (+294%)')
  expect(text).toMatch(/search +p99 +17\.0ms +67\.0ms .*\? inconclusive/)
  const few = { ...comparison, metrics: [{ ...worse, had: 40 }] }
  expect(headline({ ...passed, comparison: few })).not.toContain('inconclusive')
})

test('a run without a baseline ends with the command that creates one', () => {
  const text = renderConsole({ ...passed, comparison: null }, { width: 80, style: plain, ascii: false })
  expect(text.trimEnd().split('\n').at(-1)).toBe('  perfctl baseline update scenarios/shop.yaml')
})

describe('a run in which nothing finished', () => {
  const silent: Result = {
    ...failed,
    comparison: null,
    neverSucceeded: [],
    thresholds: failed.thresholds.map((threshold) => ({ ...threshold, actual: null, passed: false })),
    totals: { ...failed.totals, requests: 0, failed: 0, unfinished: 0, errors: [] },
    requests: failed.requests.map((request) => ({
      ...request,
      requests: 0,
      failed: 0,
      unfinished: 0,
      errors: [],
    })),
  }
  const page = { width: 80, style: plain, ascii: false }

  test.each<[string, Partial<Result>, string]>([
    ['with a reason', { verdict: 'error', error: 'no service' }, '✗ Error: no service.'],
    ['without one', { verdict: 'error' }, '✗ Error: no request was sent.'],
    [
      'that was interrupted',
      { verdict: 'interrupted', interrupted: true },
      '! Interrupted: no request was sent.',
    ],
  ])('%s has no tables', (_, how, line) => {
    const text = renderConsole({ ...silent, error: null, ...how }, page)
    expect(text.split('\n')[0]).toBe(line)
    expect(text).not.toMatch(/^(request|threshold) /m)
  })

  test('says so if something was sent', () => {
    const sent = { ...silent.totals, unfinished: 3 }
    const text = renderConsole({ ...silent, error: null, verdict: 'error', totals: sent }, page)
    expect(text).toMatch(/^✗ Error: no request finished\.\n/)
  })

  test('refers to the page that explains its failures', () => {
    const errors = [{ kind: 'tls', message: 'self-signed certificate', count: 3 }] as const
    const totals = { ...silent.totals, requests: 3, failed: 3, errors }
    const text = renderConsole({ ...silent, error: null, verdict: 'error', totals }, page)
    expect(text.replace(/\s+/g, ' ')).toContain('perfctl help troubleshooting has causes of tls failures.')
  })
})
