import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { defineScenario, type ScenarioDefinition } from '../../src/index.js'
import { readScenario } from '../../src/scenario/read.js'

const SHOP: ScenarioDefinition = {
  name: 'shop',
  target: '${BASE_URL:-http://localhost:3000}',
  load: { warmup: '1s', stages: [{ duration: '5s', vus: 20 }], thinkTime: '10ms..50ms' },
  data: { category: ['plumbing', 'cleaning'] },
  requests: [
    { name: 'search', weight: 3, get: '/api/services?category={{ category }}', expect: { status: 200 } },
    {
      name: 'book',
      steps: [
        { post: '/api/login', json: { email: 'a@b.example' }, capture: { token: '$.token' } },
        { pause: '1s' },
        { get: '/api/cart', headers: { 'x-session': '{{ token }}' } },
      ],
    },
  ],
  thresholds: ['p95 < 200ms', 'search: p95 < 150ms'],
}

function problemsOf(definition: unknown): readonly object[] {
  try {
    defineScenario(definition as ScenarioDefinition, { env: {} })
  } catch (error) {
    if (error instanceof UserError) return error.problems
    throw error
  }
  throw new Error('it was taken')
}

test('a value is the same scenario as a file with the same keys', () => {
  const env = { BASE_URL: 'http://shop.example' }
  const defined = defineScenario(SHOP, { env })
  const read = readScenario(JSON.stringify(SHOP), { file: 'shop.yaml', env })
  expect(defined).toEqual({ ...read, file: null, text: '' })
  expect(defined.target).toBe('http://shop.example')
})

test('files are relative to the working directory', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'perfctl-'))
  writeFileSync(join(cwd, 'users.csv'), 'id\n1\n2\n')
  const definition: ScenarioDefinition = {
    data: { user: { file: 'users.csv' } },
    requests: [{ get: '/{{ user.id }}' }],
    baseline: { file: 'b/shop.json' },
  }
  expect(defineScenario(definition, { cwd, env: {} }).baseline.file).toBe(join(cwd, 'b/shop.json'))
})

test('problems have a path, and no place in the generated text', () => {
  const problems = problemsOf({
    load: { vuss: 4, duration: '10' },
    requests: [{ get: '/a' }, { get: '/b', expect: { status: 'fine' } }],
  })
  expect(problems).toEqual([
    { message: 'load: unknown key "vuss"', hint: 'did you mean "vus"?', place: null },
    expect.objectContaining({ message: expect.stringMatching(/^load\.duration: /), place: null }),
    expect.objectContaining({
      message: expect.stringMatching(/^requests\[1\]\.expect\.status: /),
      place: null,
    }),
  ])
})

const loop: { self?: unknown } = {}
loop.self = loop

test.each([
  [
    { requests: [{ get: '/', json: { at: new Date(0) } }] },
    'requests[0].json.at: an object of the class Date',
  ],
  [{ requests: [{ get: () => '/' }] }, 'requests[0].get: a function'],
  [{ load: { vus: Number.NaN }, requests: [] }, 'load.vus: NaN'],
  [{ load: { vus: 3n }, requests: [] }, 'load.vus: a bigint'],
  [{ data: loop, requests: [] }, 'data.self: a value that contains itself'],
])('values that JSON has no form for are rejected: %#', (definition, message) => {
  expect(problemsOf(definition)).toEqual([
    { message: `${message} can't be part of a scenario`, place: null, hint: expect.any(String) },
  ])
})

test('editors and the compiler know the keys', () => {
  // @ts-expect-error: no such key
  expect(problemsOf({ requests: [{ get: '/' }], lod: {} } satisfies ScenarioDefinition)).toHaveLength(1)
  // @ts-expect-error: 10 has no unit
  const bare: ScenarioDefinition = { load: { vus: 1, duration: 10 }, requests: [{ get: '/' }] }
  expect(problemsOf(bare)).toHaveLength(1)
  // @ts-expect-error: requests is missing
  const empty: ScenarioDefinition = { load: { vus: 1, duration: '1s' } }
  expect(problemsOf(empty)).toHaveLength(1)
})
