/**
 * A service that repeats what it was sent, in a response that fails a check.
 */
import { expect, test } from 'vitest'
import { ResponseCheck } from '../../../src/load/response/response-check.js'
import { openSources } from '../../../src/plan/feeder-sources.js'
import { IterationContext } from '../../../src/plan/iteration-values.js'
import { requestsOf } from '../../../src/plan/series.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../../scenario/only.js'
import { makeAnswer } from '../answers.js'

const USERS = '{ user: [{ name: ann, password: DATApw8 }, { name: bob, password: other99 }] }'

/** The message of the check `$.msg: ok` for a response `{ "msg": echo }`. */
function tell(request: string, echo: string, { data = USERS, variables = {}, isPlain = false } = {}) {
  const file = `data: ${data}
requests:
  - name: first
    steps:
      - { get: /, capture: { token: $.a, id: $.a, session_key: $.a } }
      - name: second
        ${request}
        expect: { json: { $.msg: ok } }
`
  const scenario = readScenario(file, { file: 'a.yaml', env: {} })
  const [entry] = scenario.requests
  if (entry === undefined || !('steps' in entry)) throw new Error('not a journey')
  const plan = { ...scenario, seed: 1, secrets: ['STATICsecret'] }
  const draws = new IterationContext(openSources(plan), 1, 0)
  for (const [name, value] of Object.entries(variables)) draws.variables.set(name, value)
  for (const [i] of Object.keys(scenario.data).entries()) draws.value(i)
  const judge = new ResponseCheck(requestsOf(entry.steps)[1]!, plan)
  const answer = makeAnswer({}, JSON.stringify({ msg: echo }))
  return judge.judge({ status: 200, answer, latencyMs: 1 }, isPlain ? null : draws)?.message
}

test('iteration values with the name of a secret are hidden', () => {
  expect(tell('get: /', 'you sent CAPtoken7', { variables: { token: 'CAPtoken7' } })).toBe(
    '$.msg is "you sent [redacted]", not "ok"',
  )
  expect(
    tell('get: /', 'no t-99999', { variables: { session_key: { a: 'k-1234', token: ['t-99999'] } } }),
  ).toBe('$.msg is "no [redacted]", not "ok"')
  expect(
    tell('get: /', 'DATApw8 other99 ann', { data: '{ user: [{ name: ann, password: DATApw8 }] }' }),
  ).toBe('$.msg is "[redacted] other99 ann", not "ok"')
})

test.each([
  ['get: /, headers: { authorization: "Bearer {{ id }}" }'],
  ['get: /, headers: { cookie: "sid={{ id }}" }'],
  ['get: /, headers: { x-my-token: "{{ id | trim }}" }'],
  ['post: /, json: { user: { password: "{{ id }}" } }'],
  ['post: /, form: { password: "{{ id }}" }'],
  ['post: /, body: \'{"password": "{{ id }}"}\''],
  ['post: /, multipart: { password: "{{ id }}" }'],
  ['get: "/?access_token={{ id }}"'],
  ['get: /, query: { api_key: "{{ id }}" }'],
])('%s sends a secret', (request) => {
  const step = request.split(', ').join('\n        ')
  const variables = { id: 'abc/def 123' }
  for (const echo of ['abc/def 123', 'abc%2Fdef%20123', 'YWJjL2RlZiAxMjM='])
    expect(tell(step, `got ${echo}.`, { variables })).toBe('$.msg is "got [redacted].", not "ok"')
})

test('a value that is no secret is shown', () => {
  const variables = { id: 'abc123' }
  expect(tell('get: "/x/{{ id }}"', 'no abc123', { variables })).toBe('$.msg is "no abc123", not "ok"')
  expect(tell('post: /\n        json: { name: "{{ id }}" }', 'no abc123', { variables })).toBe(
    '$.msg is "no abc123", not "ok"',
  )
})

test('a computed secret is unknown, so nothing is shown', () => {
  const variables = { id: 'abc123' }
  expect(
    tell('get: /\n        headers: { authorization: "{{ hmac(id, \'k\') }}" }', 'x', { variables }),
  ).toBe('$.msg is "[redacted]", not "ok"')
})

test("without the iteration's values, the secrets of all rows are hidden", () => {
  const request = 'post: /\n        json: { p: "{{ user.password }}" }'
  expect(tell(request, 'DATApw8 other99 ann', { isPlain: true })).toBe(
    '$.msg is "[redacted] [redacted] ann", not "ok"',
  )
  const rows = Array.from({ length: 1001 }, (_, i) => `{ name: a, password: pass${i}word }`)
  expect(tell(request, 'x', { isPlain: true, data: `{ user: [${rows.join(', ')}] }` })).toBe(
    '$.msg is "[redacted]", not "ok"',
  )
})

test('secrets of the file are hidden in headers, too', () => {
  const file = 'requests: [{ get: /, expect: { header: { x-echo: ok } } }]'
  const scenario = readScenario(file, { file: 'a.yaml', env: {} })
  const judge = new ResponseCheck(requestOf(scenario), { ...scenario, secrets: ['STATICsecret'] })
  const answer = makeAnswer({ 'x-echo': 'Bearer STATICsecret' })
  expect(judge.judge({ status: 200, answer, latencyMs: 1 }, null)?.message).toBe(
    'header x-echo is "Bearer [redacted]", not "ok"',
  )
})
