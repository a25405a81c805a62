/**
 * The job that runs a scenario in CI, as a file for each service that runs such jobs.
 */

/** A file to write, and what else there is to do for it. */
export interface CiFile {
  readonly path: string
  readonly text: string
  /** An instruction; null when the file is all. */
  readonly next: string | null
}

/** Services that are known. */
export type CiService = 'github' | 'gitlab'

/** The job for a scenario; `version` of perfctl is pinned, so that a new one changes no verdict by surprise. */
export function makeCiFile(
  service: CiService,
  { scenario, version }: { scenario: string; version: string },
): CiFile {
  return service === 'github' ? githubFile(scenario, version) : gitlabFile(scenario, version)
}

function githubFile(scenario: string, version: string): CiFile {
  const perfctl = `npx --yes perfctl@${version}`
  const text = `# Fails a pull request that makes the service slower than its baseline.
name: perf

on:
  pull_request:
  workflow_dispatch: # by hand: measures a new baseline, to be committed from the artifact

permissions:
  contents: read

jobs:
  perf:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }

      # Start the service here, unless the scenario's target runs elsewhere.

      - name: measure and judge
        if: github.event_name == 'pull_request'
        run: ${perfctl} run ${quote(scenario)} --report github --report html=perf.html
      - name: measure a new baseline
        if: github.event_name == 'workflow_dispatch'
        run: ${perfctl} baseline update ${quote(scenario)} --report github --report html=perf.html

      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: perf
          include-hidden-files: true
          path: |
            perf.html
            .perfctl/results
            baselines
`
  return { path: '.github/workflows/perf.yml', text, next: null }
}

function gitlabFile(scenario: string, version: string): CiFile {
  const perfctl = `npx --yes perfctl@${version}`
  const text = `# Fails a merge request that makes the service slower than its baseline.
perf:
  image: node:22
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  # Start the service as one of the job's services, unless the scenario's target runs elsewhere.
  script:
    - ${perfctl} run ${quote(scenario)} --report junit=perf.xml --report html=perf.html
  artifacts: &kept
    when: always
    paths: [perf.html, .perfctl/results/, baselines/]
    reports: { junit: perf.xml }

perf-baseline: # by hand: measures a new baseline, to be committed from the artifact
  image: node:22
  rules:
    - if: $CI_PIPELINE_SOURCE == "web"
      when: manual
      allow_failure: true # or the pipeline waits for it
  script:
    - ${perfctl} baseline update ${quote(scenario)} --report junit=perf.xml --report html=perf.html
  artifacts: *kept
`
  const path = '.gitlab/perf.yml'
  return { path, text, next: `add to .gitlab-ci.yml: include: [{ local: ${path} }]` }
}

/** For a shell, inside of a plain YAML value: names of scenarios hold no quotes. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path}'`
}
