import { describe, expect, test } from 'vitest'
import junit from '../../src/report/formats/junit.js'
import type { Result } from '../../src/stats/result.js'
import { RESULTS } from './results.js'

/**
 * What Jenkins' schema (xunit-plugin, junit-10.xsd) allows and requires of each element, restricted to what Surefire's
 * accepts too.
 */
const SCHEMA: Readonly<Record<string, { in: string | null; needs: string[]; may: string[] }>> = {
  testsuites: { in: null, needs: [], may: ['name', 'time', 'tests', 'failures', 'errors'] },
  testsuite: {
    in: 'testsuites',
    needs: ['name', 'tests', 'failures', 'errors', 'skipped'],
    may: ['time', 'timestamp', 'hostname', 'id', 'package', 'file', 'group', 'log', 'url'],
  },
  testcase: { in: 'testsuite', needs: ['name', 'time'], may: ['classname', 'group'] },
  failure: { in: 'testcase', needs: ['type'], may: ['message'] },
  error: { in: 'testcase', needs: ['type'], may: ['message'] },
  skipped: { in: 'testcase', needs: [], may: ['message'] },
}

interface Element {
  readonly name: string
  readonly parent: string | null
  readonly attributes: Readonly<Record<string, string>>
}

describe.each(Object.entries(RESULTS))('of a %s result', (_, result) => {
  const elements = readXml(junit.render(result))

  test('the elements and attributes are those of the schemas', () => {
    for (const { name, parent, attributes } of elements) {
      const rule = SCHEMA[name]!
      expect(parent).toBe(rule.in)
      expect(Object.keys(attributes)).toEqual(expect.arrayContaining(rule.needs))
      expect([...rule.needs, ...rule.may]).toEqual(expect.arrayContaining(Object.keys(attributes)))
    }
  })

  test('the counts are those of the cases', () => {
    const count = (name: string) => String(elements.filter((element) => element.name === name).length)
    const suite = elements.find(({ name }) => name === 'testsuite')!.attributes
    expect(suite).toMatchObject({
      tests: count('testcase'),
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
    })
  })

  test('times are seconds with three digits at most', () => {
    const times = elements.flatMap(({ attributes }) => attributes['time'] ?? [])
    for (const time of times) expect(time).toMatch(/^\d+(\.\d{1,3})?$/)
  })
})

describe('every suite has a case, and an undecided one is not green', () => {
  const bare: Result = { ...RESULTS.passed, thresholds: [], comparison: null }

  test.each<[Result['verdict'], string[]]>([
    ['passed', []],
    ['inconclusive', ['skipped']],
    ['error', ['error']],
    ['interrupted', ['error']],
    ['failed', ['failure']],
    ['regressed', ['failure']],
  ])('%s', (verdict, outcomes) => {
    const elements = readXml(junit.render({ ...bare, verdict, error: verdict === 'error' ? 'x' : null }))
    const names = elements.map(({ name }) => name)
    expect(names.filter((name) => name === 'testcase')).toHaveLength(1)
    expect(names.filter((name) => !/^test/.test(name))).toEqual(outcomes)
  })

  test('with a saturated generator, thresholds are neither met nor missed', () => {
    const generator = { ...bare.generator, saturated: true }
    const thresholds = [
      { expression: 'p95 < 200ms', request: null, actual: 31.2, passed: true },
      { expression: 'p99 < 1ms', request: null, actual: 31.2, passed: false },
    ]
    const xml = junit.render({ ...bare, generator, thresholds, verdict: 'inconclusive' })
    expect(readXml(xml).filter(({ name }) => name === 'skipped')).toHaveLength(3)
    expect(xml).toContain('failures="0"')
  })
})

test.each([
  ['the end of a CDATA section', ']]>'],
  ['control characters', '\u0000\u0001\u0008\u000b\u000c\u001b\u007f\u0085'],
  ['lone surrogates', '\ud800 \udfff x\ud83d'],
  ['noncharacters', '\ufffe\uffff'],
  ['markup', '<!--<a b="c">&amp;&#0;<![CDATA['],
  ['quotes and newlines', `'"\r\n\t`],
])('%s in names and messages keep it well-formed', (_, hostile) => {
  const { passed, regressed } = RESULTS
  const rename = (text: string) => `${hostile}${text}${hostile}`
  const comparison = {
    ...regressed.comparison!,
    metrics: regressed.comparison!.metrics.map((row) => ({
      ...row,
      request: row.request === null ? null : rename(row.request),
      metric: row.metric,
      reason: hostile,
    })),
    notes: [hostile],
  }
  const requests = passed.requests.map((request) => ({
    ...request,
    name: rename(request.name),
    errors: [{ kind: 'status' as const, message: hostile, count: request.requests }],
  }))
  for (const verdict of ['regressed', 'failed', 'error', 'inconclusive'] as const) {
    const result: Result = {
      ...passed,
      scenario: { ...passed.scenario, name: hostile },
      requests,
      comparison,
      thresholds: [{ expression: rename(': p95 < 1ms'), request: null, actual: 2, passed: false }],
      neverSucceeded: requests.map(({ name }) => name),
      error: verdict === 'error' ? hostile : null,
      verdict,
    }
    expect(() => readXml(junit.render(result))).not.toThrow()
  }
})

test('a duration with a long fraction is rounded to milliseconds', () => {
  const [root] = readXml(junit.render({ ...RESULTS.passed, durationSeconds: 29.999999999 / 3 }))
  expect(root!.attributes['time']).toBe('10.000')
})

/** Returns the elements in order. Throws if the XML isn't well-formed or has forbidden characters. */
function readXml(text: string): Element[] {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text))
    throw new Error('not a character')
  const body = text.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '')
  const tag = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g
  const left = body.replace(tag, '')
  if (/[<>]|&(?!#\d+;)/.test(left)) throw new Error(`not well-formed: ${left}`)
  const open: string[] = []
  const elements: Element[] = []
  for (const [, slash, name, attributes, selfClosing] of body.matchAll(tag)) {
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`)
      continue
    }
    const pairs = [...attributes!.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])
    elements.push({ name: name!, parent: open.at(-1) ?? null, attributes: Object.fromEntries(pairs) })
    if (selfClosing === '') open.push(name!)
  }
  return elements
}
