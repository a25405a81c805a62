import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderExplanation } from '../../../src/report/explain/explain.js'
import { createStyle } from '../../../src/report/style.js'
import { displayWidth } from '../../../src/report/width.js'
import { readScenario } from '../../../src/scenario/read.js'

const page = { width: 80, style: createStyle(false), ascii: false }
const SCENARIOS: Readonly<Record<string, string>> = {
  search: readFileSync(new URL('../../../scenarios/search.yaml', import.meta.url), 'utf8'),
  open: `
target: http://localhost:3000
load:
  warmup: 5s
  maxVus: 50
  arrivals: poisson
  stages: [{ duration: 10s, rate: 100/s, from: 0/s }, { duration: 1m, rate: 100/s }, { duration: 0s, rate: 400/s }, { duration: 5s, rate: 400/s }]
http: { auth: { bearer: top-secret-token } }
requests:
  - { name: one, get: /a?b=c, query: { q: "{{ date('+1d') }}", top-secret-token: x }, expect: { status: [2xx, 404], body: x } }
  - { post: "/top-secret-token/{{ id }}", weight: 3 }
data: { id: [1, 2] }
thresholds: [p999 <= 1s, throughput > 50/s, { limit: "one: error_rate < 5%", abort: true }]
baseline: { file: kept.json, tolerance: { error_rate: 0.5pp } }
`,
  data: `
requests:
  - { post: "/{{ city | lower }}/{{ user['first name'] }}", json: "{{ user }}", query: { t: "{{ hmac(city, env('KEY', 'top-secret-token')) }}" } }
data:
  city: { values: [Galle, Kandy], pick: sequential }
  user: { file: users.csv, pick: unique }
  other: { file: users.csv, pick: unique, onEnd: recycle }
  more: { file: users.csv }
`,
  files: `load: { vus: 2, duration: 10s }
before: [{ post: /seed, file: seed.json }]
requests:
  - { post: /covers, file: cover.png }
  - { put: /forms, multipart: { title: x, cover: { file: cover.png }, other: { file: users.csv } } }
  - { put: /texts, multipart: { title: x } }
  - { get: /lists, query: { tag: [a, "{{ vu() }}"] } }
`,
  journeys: `
load: { vus: 2, duration: 5s }
http: { auth: { bearer: top-secret-token } }
before: [{ post: /seed, capture: { item: $.id } }]
after: [{ delete: "/items/{{ item }}" }]
requests:
  - get: /items/{{ item }}
  - name: job
    steps:
      - { name: submit, post: /jobs/top-secret-token, expect: { status: 202 }, capture: { place: { header: location } } }
      - repeat: 10
        until: "{{ state }} == done"
        steps:
          - pause: 100ms..1s
          - { get: "{{ place }}", capture: { state: $.status, result: { json: $.result, default: none }, eta: { header: x-estimated-time } } }
      - { name: use, if: "{{ result }} != none", get: "/results/{{ result }}" }
`,
  iterations: 'load: { iterations: 5000, vus: 7, thinkTime: 1s }\nrequests: [{ get: / }]',
}

const files = { read: () => Buffer.from('first name,id\nann,1\nbob,2\n') }

test.each(Object.entries(SCENARIOS))('%s is explained in words', async (name, text) => {
  const scenario = readScenario(text, { file: `${name}.yaml`, env: {}, files })
  const baseline = { file: `baselines/${name}.json`, exists: name === 'open' }
  const explanation = renderExplanation(scenario, baseline, page)
  expect(explanation).not.toContain('top-secret-token')
  await expect(explanation).toMatchFileSnapshot(`golden/${name}.txt`)
  for (const width of [40, 80]) {
    const lines = renderExplanation(scenario, baseline, { ...page, width }).split('\n')
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
  }
  expect(renderExplanation(scenario, baseline, { ...page, ascii: true })).toMatch(/^[\n -~]+$/)
})
