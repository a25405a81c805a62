import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import type { Load } from '../../src/scenario/model/load-types.js'
import type { Scenario } from '../../src/scenario/model/scenario.js'
import { readScenario } from '../../src/scenario/read.js'
import { requestOf } from './only.js'

const env = { API_TOKEN: 'tok-12345', VUS: '30', EMPTY: '' }

function read(text: string, file = 'scenarios/shop.yaml'): Scenario {
  return readScenario(text, { file, env })
}

function readLoad(load: string): Load {
  return read(`load: ${load}\nrequests: [{ get: / }]\n`).load
}

test('every key of a file is read', async () => {
  const text = readFileSync(new URL('good/everything.yaml', import.meta.url), 'utf8')
  const { text: _, ...scenario } = readScenario(text, { file: 'scenarios/everything.yaml', env })
  await expect(`${JSON.stringify(scenario, null, 2)}\n`).toMatchFileSnapshot('golden/everything.json')
})

test('the shortest file gets all the defaults', () => {
  const text = 'requests: [{ get: / }]'
  expect(read(text)).toEqual({
    name: 'shop',
    description: null,
    file: 'scenarios/shop.yaml',
    profile: null,
    text,
    target: null,
    load: {
      model: 'closed',
      warmupMs: 0,
      gracefulStopMs: 5000,
      iterations: null,
      start: 1,
      stages: [{ durationMs: 10_000, target: 1 }],
      thinkTimeMs: [0, 0],
    },
    http: { timeoutMs: 10_000, connectTimeoutMs: 5000, insecure: false, headers: {} },
    data: {},
    requests: [
      {
        name: 'GET /',
        weight: 1,
        method: 'GET',
        path: ['/'],
        headers: {},
        body: null,
        expect: { status: [[100, 399]] },
        line: 1,
      },
    ],
    before: [],
    beforeEach: [],
    after: [],
    thresholds: [],
    baseline: {
      file: null,
      tolerance: {
        ...{ p50: 0.1, p95: 0.15, p99: 0.25, throughput: 0.1, errorRate: 0.01 },
        ...{ cpuPerRequest: 0.1, capacity: 0.1 },
      },
      minDeltaMs: 1,
    },
    secrets: [],
  })
})

test('the shipped scenario is valid', () => {
  const text = readFileSync(new URL('../../scenarios/search.yaml', import.meta.url), 'utf8')
  const scenario = read(text, 'scenarios/search.yaml')
  expect(scenario.requests.map(({ name, weight }) => [name, weight])).toEqual([
    ['search', 60],
    ['service details', 30],
    ['create booking', 10],
  ])
  expect(scenario.target).toBe('demo')
})

describe('the load', () => {
  test.each([
    ['{ vus: 20, duration: 30s }', 20, [[30_000, 20]]],
    ['{ vus: 10, iterations: 1000 }', 10, [[600_000, 10]]],
    ['{ iterations: 5, duration: 3s }', 1, [[3000, 1]]],
    ['{ stages: [{ duration: 5s, vus: 20 }] }', 0, [[5000, 20]]],
    ['{ stages: [{ duration: 5s, vus: 20, from: 7 }] }', 7, [[5000, 20]]],
    [
      '{ stages: [{ duration: 5s, vus: 2 }, { duration: 1s, vus: 9, from: 4 }] }',
      0,
      [
        [5000, 2],
        [0, 4],
        [1000, 9],
      ],
    ],
    ['{ rate: 6000/m, duration: 30s }', 100, [[30_000, 100]]],
    [
      '{ stages: [{ duration: 5s, rate: 9/s }, { duration: 1s, rate: 3/s }] }',
      9,
      [
        [5000, 9],
        [1000, 3],
      ],
    ],
    ['{ stages: [{ duration: 5s, rate: 9/s, from: 60/m }] }', 1, [[5000, 9]]],
    [
      '{ stages: [{ duration: 0s, vus: 50 }, { duration: 1s, vus: 50 }] }',
      0,
      [
        [0, 50],
        [1000, 50],
      ],
    ],
  ])('%s starts at %d', (text, start, stages) => {
    const load = readLoad(text)
    expect(load.start).toBe(start)
    expect(load.stages.map((stage) => [stage.durationMs, stage.target])).toEqual(stages)
  })

  test('an open one has its own defaults', () => {
    expect(readLoad('{ rate: 5/s }')).toMatchObject({ model: 'open', maxVus: 1000, arrivals: 'even' })
    expect(readLoad('{ rate: 5/s, maxVus: 7, arrivals: poisson }')).toMatchObject({
      maxVus: 7,
      arrivals: 'poisson',
    })
  })
})

describe('the target', () => {
  test.each([
    ['demo', 'demo'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['https://example.com/api/v1/', 'https://example.com/api/v1'],
    ['${NOWHERE:-http://a.example}', 'http://a.example'],
    ['${EMPTY:-http://a.example}', 'http://a.example'],
  ])('%s', (text, target) => {
    expect(read(`target: ${text}\nrequests: [{ get: / }]`).target).toBe(target)
  })
})

describe('names', () => {
  test('default to method and path, with uniform spacing in placeholders', () => {
    const names = read(
      'data: { id: [1] }\nrequests:\n  - get: /a/{{id}}\n  - post: "/b?x={{  randomInt(1, 2) }}"\n',
    ).requests.map((request) => request.name)
    expect(names).toEqual(['GET /a/{{ id }}', 'POST /b?x={{ randomInt(1, 2) }}'])
  })

  test('contain no value from the environment', () => {
    expect(read('requests: [{ get: "/${API_TOKEN}" }]').requests[0]).toMatchObject({
      name: 'GET /${API_TOKEN}',
      path: ['/tok-12345'],
    })
  })
})

test("the environment can't smuggle a template in", () => {
  const scenario = readScenario('requests: [{ post: /, body: "${X} {{ uuid() }}" }]', {
    file: 'x.yaml',
    env: { X: '{{ nothing }}' },
  })
  expect(requestOf(scenario).body).toEqual({
    type: 'text',
    text: ['{{ nothing }} ', { type: 'call', name: 'uuid', args: [] }],
  })
})

test('a header is taken as written, not as a number', () => {
  const { headers } = requestOf(
    read('requests: [{ get: /, headers: { A: 1.50, B: 0x1f, C: true, D: 1e3 } }]'),
  )
  expect(headers).toEqual({ a: ['1.50'], b: ['0x1f'], c: ['true'], d: ['1e3'] })
})

test('keys of the map itself override merged ones', () => {
  const scenario = read(
    'http:\n  headers: &h { a: "1", b: "2" }\nrequests:\n  - get: /\n    headers: { b: own, <<: *h }\n',
  )
  expect(requestOf(scenario).headers).toEqual({ a: ['1'], b: ['own'] })
})

test('lines of requests and thresholds are those of the file', () => {
  const scenario = read('requests:\n\n  - get: /a\n  - get: /b\nthresholds:\n  - p95 < 1s\n')
  expect(scenario.requests.map((request) => request.line)).toEqual([3, 4])
  expect(scenario.thresholds[0]!.line).toBe(6)
})

test('Windows line ends and a byte order mark make no difference', () => {
  const scenario = read('\ufeffname: a\r\nrequests:\r\n  - get: /x\r\n')
  expect([scenario.name, requestOf(scenario).path]).toEqual(['a', ['/x']])
})

describe('secrets', () => {
  test('of headers and variables are collected and redacted from the text', () => {
    const scenario = read(
      [
        'http: { headers: { Authorization: Basic dXNlcjpwYXNz, cookie: sid=abcdef } }',
        'requests: [{ post: /, headers: { x-api-key: "k-998877" }, body: "${API_TOKEN} ${VUS}" }]',
      ].join('\n'),
    )
    expect(scenario.secrets).toEqual(
      expect.arrayContaining(['dXNlcjpwYXNz', 'abcdef', 'k-998877', 'tok-12345']),
    )
    expect(scenario.secrets).not.toContain('30')
    expect(scenario.text).not.toMatch(/dXNlcjpwYXNz|abcdef|k-998877|tok-12345/)
    expect(scenario.text).toContain('Authorization: Basic [redacted]')
  })

  test('are also literals and environment variables in an expression in such a header', () => {
    const scenario = read(
      [
        "http: { headers: { authorization: \"Basic {{ base64(concat('me:', 'in-the-file')) }} {{ env('VUS_OF_MINE', 'some-default') }}\" } }",
        "requests: [{ post: /, body: \"{{ env('API_TOKEN') }} {{ hash('x', 'sha256') }}\" }]",
      ].join('\n'),
    )
    expect(scenario.secrets).toEqual(expect.arrayContaining(['tok-12345', 'in-the-file', 'some-default']))
    expect(scenario.secrets).not.toContain('sha256')
    expect(scenario.text).not.toMatch(/in-the-file|some-default/)
  })

  test('of fields and columns exclude plain words', () => {
    const scenario = read(
      [
        'data: { user: [{ name: ann-2026, password: from-a-column }] }',
        'requests:',
        '  - post: /a?api_key=in-a-path&page=page-2026',
        '    json: { user: { password: "hunter2", token: "{{ concat(user.name, env(\'VUS\'), \'in-a-call\') }}" }, tokens: no-token }',
        '  - { post: /b, query: { token: [in-a-query, in-its-list] }, form: { client_secret: "${OWN:-by-default}", x: x-2026 } }',
        '  - { post: /c, multipart: { pin: [plain, "1234-5678"], password: { text: in-a-part, type: text/x-a }, m: { json: { token: in-json-2 } } } }',
      ].join('\n'),
    )
    expect([...scenario.secrets].sort()).toEqual(
      [
        ...[
          'hunter2',
          'in-a-call',
          'aW4tYS1jYWxs',
          'in-a-path',
          'in-a-query',
          'in-its-list',
          'by-default',
          '1234-5678',
          'in-a-part',
          'in-json-2',
        ],
        'from-a-column',
      ].sort(),
    )
    expect(scenario.requests[0]!.name).toBe('POST /a?api_key=[redacted]&page=page-2026')
    expect(scenario.text).not.toMatch(/hunter2|by-default|in-a-/)
  })

  test('the scheme alone is not a secret', () => {
    const scenario = read('requests: [{ get: /, headers: { authorization: "Bearer ${API_TOKEN}" } }]')
    expect(scenario.secrets).toEqual(['tok-12345'])
  })
})

test('the baseline file is relative to the scenario', () => {
  const text = 'baseline: { file: ../baselines/a.json }\nrequests: [{ get: / }]'
  expect(read(text).baseline.file).toBe('baselines/a.json')
  expect(read(text, '/srv/scenarios/a.yaml').baseline.file).toBe('/srv/baselines/a.json')
})

test('all problems are reported, in the order of the file', () => {
  try {
    read('lod: 1\nrequests:\n  - get: x\n    wieght: 1\n  - post: /{{ nope }}\nthresholds: [p95 < 1]\n')
    expect.unreachable()
  } catch (error) {
    const lines = (error as UserError).problems.map((problem) => problem.place!.line)
    expect(error).toBeInstanceOf(UserError)
    expect(lines).toEqual([1, 3, 4, 5, 6])
  }
})

test('prototypes of objects are out of reach', () => {
  const scenario = read(
    'data: { constructor: [a], toString: [b] }\nrequests: [{ get: "/{{ constructor }}" }]',
  )
  expect(Object.keys(scenario.data)).toEqual(['constructor', 'toString'])
  expect(() => read('requests: [{ get: "/{{ hasOwnProperty }}" }]')).toThrow('unknown name')
})

test('a field of a body may be named capture or headers', () => {
  const scenario = read(
    'requests: [{ post: /, json: { capture: { token: $.x }, headers: { x: plain-text }, auth: { bearer: plain-text }, steps: [1] } }]',
  )
  expect(requestOf(scenario).body).toMatchObject({ type: 'json' })
  expect(scenario.secrets).toEqual([])
})

function problemsOf(text: string): string[] {
  try {
    read(text)
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message }) => message)
    throw error
  }
  return []
}

test('what follows from a problem is not reported', () => {
  expect(problemsOf('request: [{ get: / }]')).toEqual(['unknown key "request"'])
  expect(problemsOf('scenarios: [{ get: / }]')).toHaveLength(1)
})

test('after a hundred problems the rest is counted', () => {
  const keys = Array.from({ length: 250 }, (_, i) => `wrong${i}: 1\n`).join('')
  const problems = problemsOf(`${keys}requests: [{ get: / }]`)
  expect(problems).toHaveLength(101)
  expect(problems.at(-1)).toBe('150 more problems from here on')
})

describe('one problem, one message:', () => {
  const scenario = (lines: readonly string[]) =>
    ['data:', '  word: [a, b]', 'requests:', '  - name: search', '    get: /x?q={{ word }}', ...lines].join(
      '\n',
    )
  const limits = ['thresholds:', '  - "search: p95 < 1s"']

  test.each([
    ['a tab', (text: string) => text.replace('  - name', '\t- name')],
    ['a tab in the line of a placeholder', (text: string) => text.replace('    get', '\tget')],
    ['a wrong indentation', (text: string) => text.replace('data:', ' data:')],
    ['a missing colon', (text: string) => text.replace('requests:', 'requests')],
    ['a misspelled data', (text: string) => text.replace('data:', 'adta:')],
    ['a misspelled requests', (text: string) => text.replace('requests:', 'reqests:')],
    ['a misspelled name', (text: string) => text.replace('name:', 'nmae:')],
    ['a missing bracket', (text: string) => text.replace('b]', 'b')],
    ['a missing base', (text: string) => `extends: nowhere.yaml\n${text.replace('word: ', 'x: ')}`],
  ])('%s', (_name, spoil) => {
    const text = scenario(limits)
    expect(problemsOf(text)).toEqual([])
    expect(problemsOf(spoil(text))).toHaveLength(1)
  })

  test('placeholders without quotes are reported one by one', () => {
    const text = 'requests:\n  - get: {{ a }}/x\n  - { post: /{{ b }}/y }\n  - put: /{{ c }}\n'
    expect(problemsOf(text)).toEqual([
      '{{ a }} needs quotes: YAML reads { as the start of a map',
      '{{ b }} needs quotes: YAML reads { as the start of a map',
    ])
  })
})
