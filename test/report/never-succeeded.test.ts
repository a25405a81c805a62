import { describe, expect, test } from 'vitest'
import github, { renderAnnotations } from '../../src/report/formats/github.js'
import junit from '../../src/report/formats/junit.js'
import { renderMarkdown } from '../../src/report/formats/markdown.js'
import { headline } from '../../src/report/wording.js'
import type { ErrorCount, Result } from '../../src/stats/result.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { passed } from './results.js'

const broken: Result = {
  ...simulate([{ ...SHOP[0]!, errorRatio: 1 }, SHOP[1]!], { seed: 1, seconds: 5 }),
  verdict: 'failed',
}

function failingWith(errors: readonly ErrorCount[], statuses: Record<string, number>): Result {
  const requests = broken.requests.map((request) =>
    request.name === 'search' ? { ...request, errors, statuses } : request,
  )
  return { ...broken, requests }
}

const total = broken.requests[0]!.requests

describe('the first line names the request, and says what to write if it is intended', () => {
  test('a status', () => {
    expect(
      headline({ ...broken, requests: failingWith(broken.requests[0]!.errors, { '503': total }).requests }),
    ).toBe(
      `Failed: "search" never succeeded: all ${total} requests failed (status 503, expected below 400); if that is intended, write expect: { status: 503 }.`,
    )
  })

  test('several statuses', () => {
    expect(headline(failingWith(broken.requests[0]!.errors, { '404': 1, '503': total - 1 }))).toContain(
      'write expect: { status: [404, 503] }.',
    )
  })

  test.each<[string, ErrorCount[], Record<string, number>]>([
    ['a timeout', [{ kind: 'timeout', message: 'no answer in 10s', count: total }], {}],
    ['a check', [{ kind: 'expectation', message: 'no "ok" in it', count: total }], { '200': total }],
    [
      'more than the status',
      [
        { kind: 'status', message: 'status 503', count: total - 1 },
        { kind: 'reset', message: 'reset', count: 1 },
      ],
      { '503': total - 1 },
    ],
  ])('%s', (_, errors, statuses) => {
    expect(headline(failingWith(errors, statuses))).toContain(
      'if that is intended, write the threshold "search: error_rate <= 100%".',
    )
  })

  test('several requests, and steps before their journey', () => {
    const requests = [
      { ...broken.requests[0]!, name: 'shop', kind: 'journey' as const },
      { ...broken.requests[0]!, name: 'shop / log in', kind: 'step' as const },
    ]
    const text = headline({ ...broken, requests, neverSucceeded: ['shop', 'shop / log in'] })
    expect(text).toMatch(
      /^Failed: "shop \/ log in" never succeeded: .*\); nor did "shop"; if that is intended/,
    )
  })

  test('of side a of a session', () => {
    const session = { id: 'x', side: 'b', looks: 1, maxSeconds: 60 } as const
    const comparison = { ...passed.comparison!, referenceNeverSucceeded: ['search'] }
    expect(headline({ ...passed, session, comparison, verdict: 'failed' })).toMatch(
      /^Failed: "search" never succeeded on side a; if that is intended, write the threshold/,
    )
  })

  test('a message of the service is shortened and escaped', () => {
    const message = `\u001b[31m${'x'.repeat(500)}`
    const text = headline(failingWith([{ kind: 'expectation', message, count: total }], {}))
    expect(text).toContain('\\u001b[31mxxx')
    expect(text.length).toBeLessThan(300)
  })
})

test('each is a failure in JUnit, in annotations, and in Markdown', () => {
  const xml = junit.render(broken)
  expect(xml).toContain('<testcase classname="perfctl.shop.search" name="succeeds" time="0"><failure')
  expect(xml).toContain('failures="1"')
  expect(renderAnnotations(broken, null)).toMatch(
    /^::error title=perfctl%3A never succeeded::"search" never succeeded/,
  )
  expect(renderMarkdown(broken)).toContain('Failed: "search" never succeeded')
  expect(github.render(broken, null)).toContain('Failed: "search" never succeeded')
})
