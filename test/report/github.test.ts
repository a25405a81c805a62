import { describe, expect, test } from 'vitest'
import { nextStep } from '../../src/report/advice.js'
import github, { renderAnnotations } from '../../src/report/formats/github.js'
import type { Result } from '../../src/stats/result.js'
import { RESULTS } from './results.js'

const { passed, failed, regressed, unsure, hostile } = RESULTS

const SHOP = {
  path: 'load/shop.yaml',
  text: `name: shop
requests:
  - name: search # the busy one
    get: /search
  - name: "create booking"
    post: /bookings
  - name: details
    get: /details
thresholds:
  - p95 < 200ms
  - error_rate  <  1%
  - 'checkout: p95 < 150ms' # nothing sends it
`,
}

describe('annotations', () => {
  test('a run that passed has none', () => {
    expect(renderAnnotations(passed, SHOP)).toBe('')
  })

  test('each missed threshold is an error on its line', () => {
    expect(renderAnnotations(failed, SHOP)).toBe(
      `::error file=load/shop.yaml,line=11,title=perfctl%3A threshold not met::error_rate < 1%25: measured 3.12%25
::error file=load/shop.yaml,line=12,title=perfctl%3A threshold not met::checkout: p95 < 150ms: no data
`,
    )
  })

  test('each regression is an error on the line that names its request', () => {
    const lines = renderAnnotations(regressed, SHOP).trimEnd().split('\n')
    expect(lines.map((line) => line.split('::')[1])).toEqual([
      'error file=load/shop.yaml,line=7,title=perfctl%3A regressed',
      'error file=load/shop.yaml,line=3,title=perfctl%3A regressed',
      'error file=load/shop.yaml,line=3,title=perfctl%3A regressed',
    ])
    expect(lines[1]).toContain('::"search" got slower: p50 went from 20.2ms to 25.9ms (+28.3%25); 95%25 CI ')
  })

  test('an inconclusive run is a warning', () => {
    expect(renderAnnotations(unsure, SHOP)).toMatch(
      /^::warning file=load\/shop\.yaml,line=1,title=perfctl%3A inconclusive::Inconclusive: the load generator/,
    )
  })

  test('a run that could not be carried out is an error, even without a file', () => {
    const broken: Result = { ...passed, verdict: 'error', error: 'nobody listens' }
    expect(renderAnnotations(broken, null)).toBe('::error title=perfctl%3A error::Error: nobody listens.\n')
  })

  test('beyond the limit of GitHub, the last one says how many are left', () => {
    const thresholds = Array.from({ length: 25 }, (_, index) => ({
      expression: `p95 < ${index}ms`,
      request: null,
      actual: 99,
      passed: false,
    }))
    const lines = renderAnnotations({ ...failed, thresholds }, SHOP)
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(10)
    expect(lines[9]).toContain('::16 more are in the job summary.')
  })

  test('no name can add a command or a property', () => {
    const evil = 'x%0A::set-output\n::stop-commands::now,line=9,col=1::'
    const result: Result = {
      ...hostile,
      thresholds: [{ expression: evil, request: null, actual: 1, passed: false }],
    }
    const text = renderAnnotations(result, { path: 'a,b: c%.yaml', text: '' })
    const lines = text.trimEnd().split('\n')
    for (const line of lines) {
      expect(line).toMatch(/^::error file=a%2Cb%3A c%25\.yaml,line=1,title=[^:,]*::[^\r\n]*$/)
    }
    expect(lines[0]).toContain('x%250A::set-output\\n::stop-commands')
  })
})

test('the job summary names the next command and the conditions', () => {
  const text = github.render(regressed, nextStep(regressed))
  expect(text).toContain('<code>perfctl baseline update scenarios/shop.yaml</code>')
  expect(text).toContain(
    '<sub>20 users for 30s · target http&#58;//127.0.0.1:3000 · seed 4 · commit 0123456789ab',
  )
})

test('names in the job summary stay text', () => {
  const text = github.render(
    { ...hostile, scenario: { ...hostile.scenario, load: ':tada: GH-12 @me <b>' } },
    nextStep(hostile),
  )
  const tags = [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag)
  expect(new Set(tags)).toEqual(
    new Set(['<!-- perfctl:-script-alert-1-script- -->', '<!-- -->', '<code>', '</code>', '<sub>', '</sub>']),
  )
  expect(text).toContain(':<!-- -->tada: GH-<!-- -->12 &#64;<!-- -->me')
  expect(text).not.toMatch(/(?<!&)#\d|https?:\/\//)
})

test('every table row in the job summary has as many cells as its header', () => {
  const rows = github
    .render(hostile, null)
    .split('\n')
    .filter((line) => line.startsWith('|'))
  const widths = rows.map((row) => row.split('|').length - 2)
  expect(new Set(widths)).toEqual(new Set([8, 3]))
})
