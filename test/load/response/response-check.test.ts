/**
 * Whatever a service responds, checking it ends in a success or a failure of that request.
 */
import { describe, expect, test } from 'vitest'
import { ResponseCheck } from '../../../src/load/response/response-check.js'
import { IterationContext } from '../../../src/plan/iteration-values.js'
import { requestsOf } from '../../../src/plan/series.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../../scenario/only.js'
import { makeAnswer } from '../answers.js'

const HTTP = { timeoutMs: 5000, connectTimeoutMs: 5000, insecure: false, headers: {} }

/** Checks a response by the keys after `get: /`. */
function judge(fields: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const file = `requests: [{ name: j, steps: [{ get: /, ${fields} }] }]`
  const [entry] = readScenario(file, { file: 'a.yaml', env: {} }).requests
  if (entry === undefined || !('steps' in entry)) throw new Error('not a journey')
  const judge = new ResponseCheck(requestsOf(entry.steps)[0]!, { http: HTTP, secrets: [], data: {} })
  const draws = new IterationContext([], 1, 0)
  const answered = { status: 200, answer: makeAnswer(headers, body), latencyMs: 10 }
  const examined = judge.examine(answered, new IterationContext([], 1, 0))
  const failure = judge.judge(answered, draws)
  expect(examined.failure).toEqual(failure)
  return failure ?? Object.fromEntries(draws.variables)
}

const NEVER = `${'a'.repeat(60)}!`

describe('a search that never ends fails its request', () => {
  test('of a check', () => {
    expect(judge('expect: { matches: "^(a+)+$" }', NEVER)).toEqual({
      kind: 'expectation',
      message: 'the pattern ^(a+)+$ took longer than 20ms on this response',
    })
  })

  test('of a capture, unless it has a default', () => {
    expect(judge('capture: { x: { regex: "^(a+)+$" } }', NEVER)).toEqual({
      kind: 'capture',
      message: 'x: the pattern ^(a+)+$ took longer than 20ms on this response',
    })
    expect(judge('capture: { x: { regex: "^(a+)+$", default: 1 } }', NEVER)).toEqual({ x: 1 })
  })

  test('of a query, whose pattern may come from the response', () => {
    const body = JSON.stringify([{ text: NEVER, pattern: '^(a+)+$' }])
    for (const query of ["$[?match(@.text, '(a+)+')]", '$[?search(@.text, @.pattern)]'])
      expect(judge(`capture: { x: { json: "${query}" } }`, body)).toEqual({
        kind: 'capture',
        message: `x: the query ${query} took longer than 20ms on this response`,
      })
  })
})

describe('deeply nested values', () => {
  const nested = (depth: number) => `${'{"id":1,"in":'.repeat(depth)}{"id":7}${'}'.repeat(depth)}`

  test('are found', () => {
    expect(judge('capture: { x: { json: $..id, pick: last } }', nested(60))).toEqual({ x: 7 })
    expect(judge('capture: { x: { json: $..id, pick: all } }', nested(900))).toMatchObject({
      x: { length: 901 },
    })
  })

  test('or fail their request', () => {
    expect(judge('capture: { x: { json: $..no } }', nested(5000))).toEqual({
      kind: 'capture',
      message: 'x: the response is nested more than 1000 levels deep, too deep for $..no',
    })
    expect(judge('capture: { x: $.in }', nested(5000))).toEqual({
      kind: 'capture',
      message: 'x: the value is nested more than 1000 levels deep',
    })
    expect(judge('capture: { x: { json: "$[*]", pick: all } }', nested(5000))).toEqual({
      kind: 'capture',
      message: 'x: the value is nested more than 1000 levels deep',
    })
    expect(judge('expect: { json: { $.id: 1 } }', '['.repeat(200_000))).toEqual({
      kind: 'expectation',
      message: 'the body is not JSON',
    })
    expect(judge('expect: { json: { $.id: 1 } }', '['.repeat(200_000) + ']'.repeat(200_000))).toEqual({
      kind: 'expectation',
      message: '$.id is missing',
    })
  })
})

describe('unusual responses', () => {
  test('with a key __proto__', () => {
    expect(judge('capture: { x: $.__proto__.a }', '{"__proto__":{"a":3}}')).toEqual({ x: 3 })
    expect(judge('capture: { x: "$[*].a" }', '{"__proto__":{"a":3}}')).toEqual({ x: 3 })
    expect(judge('capture: { x: $.__proto__.a }', '{}')).toMatchObject({ kind: 'capture' })
  })

  test('in UTF-16, with and without a byte order mark', () => {
    const text = '{"id":"ü"}'
    const little = Buffer.from(`\ufeff${text}`, 'utf16le')
    const big = Buffer.from(little).swap16()
    expect(judge('capture: { x: $.id }', little, { 'content-type': 'application/json' })).toEqual({ x: 'ü' })
    expect(judge('capture: { x: $.id }', big, { 'content-type': 'application/json' })).toEqual({ x: 'ü' })
    const charset = { 'content-type': 'application/json; charset=UTF-16LE' }
    expect(judge('capture: { x: $.id }', Buffer.from(text, 'utf16le'), charset)).toEqual({ x: 'ü' })
  })

  test.each([
    ['a lone surrogate', '{"id":"\\ud800"}', '\ud800'],
    ['a mark', '\ufeff{"id":1}', 1],
    ['a number beyond all', '{"id":1e400}', '1e400'],
    ['a long id', '{"id":2733382000000000049}', 2733382000000000049n],
    ['a long id in a list', '[{"id":1},{"id":-9007199254740993}]', -9007199254740993n, '$[1].id'],
    [
      'a long id that a query finds',
      '[{"id":1},{"id":2733382000000000049}]',
      2733382000000000049n,
      '$[?@.id>5].id',
    ],
    ['a fraction', '{"id":12.5}', 12.5],
  ])('with %s', (_name, body, value, path = '$.id') => {
    expect(judge(`capture: { x: "${path}" }`, body)).toEqual({ x: value })
  })

  test.each([
    ['2733382000000000049', null],
    ['"== 2733382000000000049"', null],
    ['"<= 2733382000000000049.0"', null],
    ['"< 2733382000000000050"', null],
    ['"!= 2733382000000000048"', null],
    ['2733382000000000050', 'is 2733382000000000049, not 2733382000000000050'],
    ['"== 2733382000000000048"', 'is 2733382000000000049, not 2733382000000000048'],
    ['"> 2733382000000000049"', 'is 2733382000000000049, not > 2733382000000000049'],
    ['"!= 2733382000000000049"', 'is 2733382000000000049'],
    ['2733382000000000000', 'is 2733382000000000049, not 2733382000000000000'],
    ['5', 'is 2733382000000000049, not 5'],
    ['"== \\"2733382000000000049\\""', 'is 2733382000000000049, not "2733382000000000049"'],
  ])('whose long id has to be %s', (wanted, fault) => {
    const found = judge(`expect: { json: { $.id: ${wanted} } }`, '{"id":2733382000000000049}')
    expect(found).toEqual(fault === null ? {} : { kind: 'expectation', message: `$.id ${fault}` })
  })

  test("whose number has a fraction that a float can't hold", () => {
    const body = '{"x":0.1}'
    expect(judge('expect: { json: { $.x: 0.1 } }', body)).toEqual({})
    expect(judge('expect: { json: { $.x: "== 0.1000000000000000055" } }', body)).toMatchObject({
      message: '$.x is 0.1, not 0.1000000000000000055',
    })
  })

  test.each(['NaN', '{"id":NaN}', '{"id":01}', '\0', '{"id":1}{', "{'id':1}"])(
    'that are not JSON: %j',
    (body) => {
      expect(judge('expect: { json: { $.id: 1 } }', body)).toEqual({
        kind: 'expectation',
        message: 'the body is not JSON',
      })
    },
  )

  test('in an unknown or wrong character set', () => {
    const headers = { 'content-type': 'application/json; charset=klingon' }
    expect(judge('capture: { x: $.id }', '{"id":1}', headers)).toEqual({ x: 1 })
    const wrong = { 'content-type': 'application/json; charset=utf-16' }
    expect(judge('capture: { x: $.id }', '{"id":1}', wrong)).toMatchObject({ kind: 'capture' })
  })

  test('whose encoding is a long text', () => {
    const failure = judge('expect: { body: a }', 'a', { 'content-encoding': 'x'.repeat(5000) })
    expect(failure.kind).toBe('expectation')
    expect(String(failure.message).length).toBeLessThan(150)
  })
})

test('the body is released after it was checked, and its size is kept', () => {
  const request = requestOf(
    readScenario('requests: [{ get: /, expect: { body: a } }]', { file: 'a.yaml', env: {} }),
  )
  const answer = makeAnswer({}, 'a'.repeat(1000))
  const judge = new ResponseCheck(request, { http: HTTP, secrets: [], data: {} })
  expect(judge.judge({ status: 200, answer, latencyMs: 1 }, null)).toBeNull()
  expect(answer.body()).toHaveLength(0)
  expect([answer.bodyBytes, answer.decodedBytes]).toEqual([1000, 1000])
})

test('each status is judged by itself, whatever came before', () => {
  const file = 'requests: [{ get: /, expect: { status: [2xx, 304] } }]'
  const request = requestOf(readScenario(file, { file: 'a.yaml', env: {} }))
  const judge = new ResponseCheck(request, { http: HTTP, secrets: [], data: {} })
  const judged = [500, 200, 200, 500, 200, 304, 302, 304, 200].map(
    (status) => judge.judgeStatus(status)?.message,
  )
  const passed = undefined
  expect(judged).toEqual([
    'status 500',
    ...[passed, passed],
    'status 500',
    ...[passed, passed],
    'status 302',
    ...[passed, passed],
  ])
})
