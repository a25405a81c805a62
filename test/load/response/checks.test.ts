import { describe, expect, test } from 'vitest'
import { Body } from '../../../src/load/response/body.js'
import { Checker, isExpected } from '../../../src/load/response/checks.js'
import { Redactor } from '../../../src/load/response/redaction.js'
import type { ReceivedResponse } from '../../../src/load/response/response.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../../scenario/only.js'
import { makeAnswer } from '../answers.js'

const BODY = JSON.stringify({
  state: 'ok',
  total: 3,
  none: null,
  items: [{ id: 7, 'first name': 'Ann' }],
  token: 's3cr3tvalue',
  five: '5',
})

describe('a check that passes has no message', () => {
  test.each([
    'header: { content-type: application/json }',
    'header: { Content-Type: application/json, x-n: 1 }',
    'body: "state"',
    'matches: "\\"id\\":\\\\d+"',
    'matches: ^\\{',
    'json: { $.state: ok, $.total: 3, $.none: null }',
    'json: { "$.items[0][\'first name\']": Ann, $.items.length: 1 }',
    'json: { $.total: ">= 3" }',
    'json: { $.total: "<3.5", $.state: "!= failed" }',
    'json: { $.none: exists, $.other: missing, $.five: "== \\"5\\"" }',
    'maxLatency: 100ms',
    'maxSize: 1kB',
  ])('%s', (expectation) => {
    expect(faultOf(expectation)).toBeNull()
  })
})

describe('a failed check says what was found', () => {
  test.each([
    ['header: { content-type: text/html }', 'header content-type is "application/json", not "text/html"'],
    ['header: { x-other: a }', 'no header x-other'],
    ['body: nothing', 'body does not contain "nothing"'],
    ['matches: ^state', 'body does not match "^state"'],
    ['json: { $.state: failed }', '$.state is "ok", not "failed"'],
    ['json: { $.total: "3" }', '$.total is 3, not "3"'],
    ['json: { $.five: 5 }', '$.five is "5", not 5'],
    ['json: { $.total: "> 3" }', '$.total is 3, not > 3'],
    ['json: { $.total: "<= 2" }', '$.total is 3, not <= 2'],
    ['json: { $.five: ">= 1" }', '$.five is "5", not >= 1'],
    ['json: { $.none: "!= null" }', '$.none is null'],
    ['json: { $.other: "!= null" }', '$.other is missing'],
    ['json: { $.state: missing }', '$.state is present'],
    ['json: { $.items: 1 }', '$.items is a list, not 1'],
    ['json: { "$.items[0]": 1 }', '$.items[0] is an object, not 1'],
    ['json: { $.token: abc }', '$.token is "[redacted]", not "[redacted]"'],
    ['header: { X-CSRF-Token: abc }', 'no header x-csrf-token'],
    ['maxLatency: 99ms', 'latency above 99ms'],
    ['maxSize: 10B', 'body larger than 10B'],
  ])('%s', (expectation, fault) => {
    expect(faultOf(expectation)).toBe(fault)
  })

  test('in a body that is not JSON', () => {
    expect(faultIn(makeAnswer({}, '<html>'), 'json: { $.a: 1 }')).toBe('the body is not JSON')
    expect(faultIn(makeAnswer({}), 'json: { $.a: 1 }')).toBe('the body is empty, not JSON')
  })

  test('in a body that is not encoded as its header says', () => {
    const answer = makeAnswer({ 'content-encoding': 'gzip' }, 'plain')
    expect(faultIn(answer, 'body: plain')).toBe('the body is not gzip, though its header says so')
  })
})

test('all checks are listed with their labels', () => {
  const checker = checkerOf(
    'body: zzz\n      header: { x-n: 1 }\n      json: { $.total: ">= 1", $.state: exists }',
  )
  const answer = makeAnswer({ 'x-n': '1' }, BODY)
  expect(checker.all({ answer, latencyMs: 1, draws: null }, new Body(answer))).toEqual([
    { label: 'header x-n is "1"', fault: null },
    { label: 'body contains "zzz"', fault: 'body does not contain "zzz"' },
    { label: '$.total >= 1', fault: null },
    { label: '$.state exists', fault: null },
  ])
})

test('a status is expected within its ranges, ends included', () => {
  const ranges = [
    [200, 299],
    [404, 404],
  ] as const
  expect([199, 200, 299, 300, 404, 405].map((status) => isExpected(status, ranges))).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
  ])
})

function faultOf(expectation: string): string | null {
  const answer = makeAnswer({ 'Content-Type': 'application/json', 'x-n': '1' }, BODY)
  return faultIn(answer, expectation)
}

function faultIn(answer: ReceivedResponse, expectation: string): string | null {
  return checkerOf(expectation).fault({ answer, latencyMs: 100, draws: null }, new Body(answer))
}

function checkerOf(expectation: string): Checker {
  const text = `requests:\n  - get: /\n    expect:\n      ${expectation}\n`
  const scenario = readScenario(text, { file: 'a.yaml', env: {} })
  const plan = { secrets: ['s3cr3tvalue'], data: {}, http: scenario.http }
  const request = requestOf(scenario)
  return new Checker(request.expect.checks!, new Redactor(request, plan))
}
