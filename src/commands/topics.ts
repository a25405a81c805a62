/**
 * The pages of the documentation, for `perfctl help` and the menu of the web site.
 */

/** A page, `docs/<name>.md`. */
export interface Topic {
  readonly name: string
  readonly summary: string
  /** The heading that the page is listed under. */
  readonly section: Section
}

/** The headings, in the order of the menu. */
export const SECTIONS = ['Start', 'Scenarios', 'Runs', 'Verdicts', 'Reference'] as const

type Section = (typeof SECTIONS)[number]

/** All pages, in reading order. */
export const TOPICS: readonly Topic[] = [
  { name: 'getting-started', section: 'Start', summary: 'a five-minute tour' },
  { name: 'ci', section: 'Start', summary: 'GitHub Actions, GitLab CI, Jenkins' },
  { name: 'migrating', section: 'Start', summary: 'coming from k6, Artillery or autocannon' },
  { name: 'troubleshooting', section: 'Start', summary: 'symptoms, causes and fixes' },
  { name: 'scenario', section: 'Scenarios', summary: 'how to write a scenario' },
  { name: 'scenario-reference', section: 'Scenarios', summary: 'every key and template function' },
  { name: 'connections', section: 'Scenarios', summary: 'pools, HTTP/2, proxies, TLS, retries, cookies' },
  {
    name: 'observing',
    section: 'Scenarios',
    summary: 'server timings, caches, CPU and memory of the service',
  },
  { name: 'importing', section: 'Scenarios', summary: 'scenarios from curl, HAR, Postman, OpenAPI, logs' },
  { name: 'live-metrics', section: 'Runs', summary: 'Prometheus, OpenTelemetry, InfluxDB, StatsD' },
  { name: 'several-machines', section: 'Runs', summary: 'one load from several machines' },
  { name: 'library', section: 'Runs', summary: 'perfctl from JavaScript and TypeScript' },
  { name: 'measuring', section: 'Verdicts', summary: 'what latency means, and how fast perfctl is' },
  { name: 'verdict', section: 'Verdicts', summary: 'how a run is compared with its baseline' },
  { name: 'side-by-side', section: 'Verdicts', summary: 'A/B sessions: two versions at once' },
  { name: 'capacity', section: 'Verdicts', summary: 'the largest load that a service carries' },
  { name: 'history', section: 'Verdicts', summary: 'trends and the commits that changed them' },
  { name: 'commands', section: 'Reference', summary: 'every command and flag' },
  { name: 'files', section: 'Reference', summary: 'results, baselines and exit codes' },
  { name: 'glossary', section: 'Reference', summary: 'the words used here' },
]
