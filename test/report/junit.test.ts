import { describe, expect, test } from 'vitest'
import junit from '../../src/report/junit.js'
import { RESULTS } from './results.js'

/**
 * What Jenkins' schema (xunit-plugin, junit-10.xsd) allows in each element and demands of it, narrowed to what
 * Surefire's demands too.
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

test('a duration with a long fraction is cut to milliseconds', () => {
  const [root] = readXml(junit.render({ ...RESULTS.passed, durationSeconds: 29.999999999 / 3 }))
  expect(root!.attributes['time']).toBe('10.000')
})

/** Elements in their order; throws for what isn't well-formed, or holds characters that XML doesn't have. */
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
