/**
 * The first scenario of a project: small, commented and ready to run.
 */

/** What the scenario is for. */
export interface Starter {
  readonly name: string
  /** The user's service; null for the built-in demo service. */
  readonly url: URL | null
  /** The path of the JSON Schema, relative to the scenario; null if it isn't available. */
  readonly schema: string | null
}

/** The load of a first scenario as values: the same that {@link makeStarter} writes with comments. */
export const STARTER_LOAD = {
  warmup: '2s',
  stages: [
    { duration: '5s', vus: 5 },
    { duration: '20s', vus: 5 },
  ],
  thinkTime: '50ms..150ms',
} as const

/** The limits of a first scenario. */
export const STARTER_THRESHOLDS: readonly string[] = ['error_rate < 1%']

/** The text of the scenario. */
export function makeStarter({ name, url, schema }: Starter): string {
  const comment = schema === null ? '' : `# yaml-language-server: $schema=${schema}\n`
  return `${comment}name: ${/^[a-z]/i.test(name) ? name : JSON.stringify(name)}
${url === null ? DEMO_TARGET : ownTarget(url)}
${LOAD}
${url === null ? DEMO_REQUESTS : ownRequests(url)}
${thresholds(url === null ? 'search' : 'first')}`
}

const DEMO_TARGET = `target: demo # the built-in service; for yours, write a URL such as http://localhost:3000
`

function ownTarget({ origin }: URL): string {
  return `target: \${BASE_URL:-${origin}} # for another one: perfctl run -e BASE_URL=http://...
`
}

const LOAD = `load: # virtual users; each waits for a response before it sends the next request
  warmup: 2s # sent, but left out of the result
  stages: # linear ramps, each from the previous number of users to its own
    - { duration: 5s, vus: 5 }
    - { duration: 20s, vus: 5 }
  thinkTime: 50ms..150ms # random pause after each iteration
# or a fixed arrival rate, however slow the service is: stages: [{ duration: 30s, rate: 50/s }]
`

const DEMO_REQUESTS = `data: # each iteration takes a random {{ category }}
  category: [plumbing, electrical, cleaning, carpentry]

requests: # each iteration picks one by weight; figures are kept by name
  - name: search
    weight: 6
    get: /api/services
    query: { category: "{{ category }}" }
    expect: { json: { $.total: ">= 1" } }
  - name: service details
    weight: 3
    get: /api/services/{{ randomInt(1, 1000) }}
  - name: create booking
    weight: 1
    post: /api/bookings
    json: { serviceId: "{{ randomInt(1, 1000) }}", date: "{{ date('+1d..+30d') }}", hours: 2 }
    expect: { status: 201 }
`

function ownRequests({ pathname, search }: URL): string {
  return `requests: # each iteration picks one by weight; figures are kept by name
  - name: first
    weight: 3
    get: ${JSON.stringify(pathname + search)}
    # expect: { status: 200, body: "some text", json: { $.items.length: ">= 1" } }
  # - name: second
  #   weight: 1
  #   post: /api/items
  #   json: { id: "{{ uuid() }}", count: "{{ randomInt(1, 9) }}" }
  #   expect: { status: 201 }

# ready: /healthz # waits until it answers

# http: # for every request
#   headers: { accept: application/json }
#   auth: { bearer: "\${API_TOKEN}" } # never shown
`
}

function thresholds(request: string): string {
  return `thresholds: # absolute limits; the run fails if one is not met
  - error_rate < 1%
  # - p95 < 200ms
  # - "${request}: p99 < 500ms" # limits one request

# Once there is a baseline, the run also fails if it gets slower: perfctl baseline update
`
}
