/**
 * Scenarios to begin with: the project's own, good and bad, and one for each corner of the format.
 */
import { readdirSync, readFileSync } from 'node:fs'

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')
const BAD = '../../scenario/bad/'

/** Good ones, in YAML. */
export const GOOD = [
  read('../../../scenarios/search.yaml'),
  read('../../scenario/good/everything.yaml'),
  `extends: common.yaml
target: http://localhost:3000
data:
  user: { file: users.csv, pick: unique, onEnd: recycle }
  item: { file: items.ndjson, pick: sequential }
  word: [one, two]
before:
  - post: /setup
    json: { at: "{{ date('+1d..+30d') }}" }
    capture: { run: $.id }
beforeEach:
  - post: /login
    form: { email: "{{ user.email }}", password: "{{ user.password }}" }
    capture: { token: { header: x-token }, sid: { cookie: sid, default: none } }
requests:
  - name: journey
    weight: 3
    steps:
      - get: /{{ item.id }}?w={{ word | upper }}
        capture: { next: "$.items[0].href", all: { json: "$..id", default: 0 } }
      - pause: 10ms..20ms
      - if: "{{ next }} != ''"
        steps: [{ get: "/x/{{ next }}" }]
      - repeat: 3
        steps: [{ put: /n, body: "{{ randomInt(1, 9) }}" }]
  - post: /upload
    multipart: { title: "a", upload: { file: cover.png } }
  - get: /plain
    expect: { status: 2xx, json: { "$.a": ">= 1" }, matches: "^x" }
profiles:
  smoke: { vus: 1, iterations: 3 }
  soak: { rate: 10/s, duration: 1h, maxVus: 50 }
thresholds: [ "journey: p95 < 200ms", { limit: error_rate < 1%, abort: true } ]
`,
  `target: demo
load:
  stages:
    - { duration: 5s, rate: 10/s }
    - { duration: 20s, rate: 100/s }
  maxVus: 500
  arrivals: poisson
http: { tls: { insecure: true }, proxy: "http://bob:hunter22@proxy:3128", auth: { basic: "u:\${PASSWORD}" } }
requests: [{ get: / }]
`,
  'requests:\n  - get: /\n    headers: { authorization: "Bearer abcdef123456" }\n    query: { token: abcdefgh }\n',
]

/** Bad ones, in YAML. */
export const BROKEN = readdirSync(new URL(BAD, import.meta.url), { recursive: true })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => read(`${BAD}${name}`))

/** Files that scenarios name, by their ending. */
export const FILES = {
  '.csv': 'email,password\na@b.example,hunter22\n"c ""d""",x\n',
  '.json': '[{"id": 1, "email": "x"}, {"id": 2, "email": "y"}]',
  '.ndjson': '{"id": 1}\n{"id": 2}\n',
  '.yaml': 'http: { timeout: 2s, headers: { accept: "*/*" } }\n',
  '.png': '\u0089PNG',
}
