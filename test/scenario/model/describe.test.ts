import { expect, test } from 'vitest'
import { describeLoad, describeTemplate } from '../../../src/scenario/model/describe.js'
import { readScenario } from '../../../src/scenario/read.js'
import { parseTemplate } from '../../../src/scenario/template/template.js'

test.each([
  [
    '{ stages: [{ duration: 5s, vus: 20 }, { duration: 20s, vus: 20 }] }',
    '0 to 20 users in 5s, 20 users for 20s',
  ],
  ['{ vus: 1, duration: 90s, warmup: 2s }', '1 user for 1m30s, warm-up 2s'],
  ['{ rate: 200/s, duration: 30s }', '200/s for 30s'],
  ['{ stages: [{ duration: 5s, rate: 5/s, from: 1/s }] }', '1.00/s to 5.00/s in 5s'],
  ['{ vus: 10, iterations: 1000 }', '1,000 iterations by 10 users'],
  ['{ vus: 10, iterations: 1, duration: 30s }', '1 iteration by 10 users within 30s'],
  ['{ rate: 5/s, duration: 30s, iterations: 7 }', '5.00/s for 30s, at most 7 iterations'],
  ['{ stages: [{ duration: 0s, vus: 9 }, { duration: 5s, vus: 9 }] }', '9 users for 5s'],
])('%s', (load, words) => {
  const scenario = readScenario(`load: ${load}\nrequests: [{ get: / }]`, { file: 'x.yaml', env: {} })
  expect(describeLoad(scenario.load)).toBe(words)
})

test.each([
  '/items/{{ id }}/x',
  "{{ user['first name'] }} {{ user.items[0].id }}",
  "{{ default(slice(user.a, 0, 8), 'it\\'s\\n') }}",
  '{{ pick(1, -2.5, true, null) }}',
  "{{ hmac(concat(timestamp('s'), ':', id), 'k') }}",
])('a template is described as it could be written: %s', (text) => {
  const names = {
    shapes: new Map([
      ['id', null],
      ['user', null],
    ]),
    variables: [],
    env: {},
  }
  const template = parseTemplate(text, names, () => {})
  expect(describeTemplate(template!)).toBe(text)
})
