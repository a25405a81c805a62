import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { escapedJson } from '../../src/base/printable.js'
import { nextStep } from '../../src/report/advice.js'
import { FORMAT_IDS, loadFormat, parseReportFlag } from '../../src/report/formats/index.js'
import { renderJson } from '../../src/report/formats/json.js'
import { STYLESHEET } from '../../src/report/html/stylesheet.js'
import { parseResult } from '../../src/stats/read.js'
import type { Result } from '../../src/stats/result.js'
import { passed, RESULTS, regressed, unsure } from './results.js'

describe.each(FORMAT_IDS)('%s', (id) => {
  test.each(Object.entries(RESULTS))('of a %s result', async (name, result) => {
    const format = await loadFormat(id)
    expect(format.id).toBe(id)
    const text = format.render(result, nextStep(result))
    expect(text.endsWith('\n')).toBe(true)
    if (!hasGolden(id, name)) return
    const golden = id === 'html' ? withoutStylesheet(text) : text
    await expect(golden).toMatchFileSnapshot(`golden/${name}.${format.extension}`)
  })
})

/** JSON is the result itself, and pages are long: more goldens would only add size. */
function hasGolden(id: string, name: string): boolean {
  return id !== 'json' && (id !== 'html' || ['passed', 'regressed', 'unsure', 'capacity'].includes(name))
}

/** Throws for a page without the stylesheet. All pages share it, so a golden leaves it out, together with its hash. */
function withoutStylesheet(page: string): string {
  const style = `<style>${STYLESHEET.text}</style>`
  expect(page).toContain(style)
  return page.replace(style, '<style>…</style>').replace(/sha256-[\w+/=]+/, 'sha256-…')
}

test('every format is in the table', () => {
  const files = readdirSync(new URL('../../src/report/formats', import.meta.url))
    .map((file) => file.replace('.ts', ''))
    .filter((file) => !['format', 'index'].includes(file))
  expect(files.sort()).toEqual([...FORMAT_IDS].sort())
})

test('JSON read back is the result', async () => {
  const { render } = await loadFormat('json')
  expect(parseResult(render(regressed, null), 'x.json')).toEqual(regressed)
})

test('JUnit has a case per threshold and compared metric, and one for the run', async () => {
  const junit = await loadFormat('junit')
  const render = (result: Result) => junit.render(result, null)
  const cases = (text: string) => text.match(/<testcase /g)?.length
  expect(cases(render(passed))).toBe(passed.thresholds.length + passed.comparison!.metrics.length + 1)
  expect(render(passed)).toContain('failures="0"')
  expect(render(regressed)).toMatch(/<failure message="&#34;search&#34; got slower/)
  expect(render(unsure)).toContain('failures="0"')
  expect(render({ ...passed, comparison: null, thresholds: [], verdict: 'error' })).toContain(
    '<error message="Error:',
  )
})

describe('--report', () => {
  test.each([
    ['json', { format: 'json', path: null }],
    ['junit=out/report.xml', { format: 'junit', path: 'out/report.xml' }],
    ['json=-', { format: 'json', path: '-' }],
    ['csv=a=b.csv', { format: 'csv', path: 'a=b.csv' }],
  ])('%s', (flag, wanted) => {
    expect(parseReportFlag(flag)).toEqual(wanted)
  })

  test('an unknown format gets a suggestion', () => {
    expect(() => parseReportFlag('jnuit=x')).toThrow('unknown format "jnuit"')
    expect(hintOf('jnuit=x')).toBe('did you mean "junit"?')
    expect(hintOf('pdf')).toBe(`use one of ${FORMAT_IDS.join(', ')}`)
    expect(hintOf('json=')).toContain('json=FILE')
  })

  function hintOf(flag: string): string | null {
    try {
      parseReportFlag(flag)
      return null
    } catch (error) {
      return (error as { problems: { hint: string }[] }).problems[0]!.hint
    }
  }
})

test('JSON in pieces equals JSON as a whole', () => {
  for (const result of Object.values(RESULTS))
    expect(renderJson(result)).toBe(`${escapedJson(JSON.stringify(result, null, 2))}\n`)
  const odd = {
    ...passed,
    a: undefined,
    b: [],
    c: {},
    d: [undefined, [null, [{ e: 'x\ny' }]]],
    f: new Date(0),
  }
  expect(renderJson(odd as never)).toBe(`${JSON.stringify(odd, null, 2)}\n`)
})
