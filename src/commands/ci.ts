/**
 * The CI job that judges a change, as a file for each CI service: the base branch and the change are measured
 * side by side on one machine. What only the project knows is marked to be filled in.
 */

/** A file to write, and what is left to do. */
export interface CiFile {
  readonly path: string
  readonly text: string
  /** What the user has to do by hand. */
  readonly next: readonly string[]
}

/** The supported CI services. */
export type CiService = 'github' | 'gitlab'

/** What a job is made for. */
export interface CiJob {
  readonly scenario: string
  /** Whether the scenario is the one for the built-in demo, which has to be replaced. */
  readonly isDemo: boolean
}

/** Marks a place to fill in. */
const FILL_IN = 'FILL IN'

/** Makes the file of a job that compares a change with its base branch. */
export function makeCiFile(service: CiService, job: CiJob): CiFile {
  return service === 'github' ? githubFile(job) : gitlabFile(job)
}

/** Not `npx`: if perfctl isn't installed, that would fetch whatever has its name on npm. */
const PERFCTL = 'node_modules/.bin/perfctl'

function githubFile({ scenario, isDemo }: CiJob): CiFile {
  const path = '.github/workflows/perf.yml'
  const text = `# Fails a pull request that makes the service slower than its base branch.
# Both versions are built and measured side by side on the same runner, so that noise affects both alike.
# perfctl must be in your devDependencies. Lines after "${FILL_IN}" are guesses: adapt them to your service.
name: perf

on: pull_request

permissions:
  contents: read

jobs:
  perf:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    env:
${variables({ scenario, isDemo }, '      ')}
    steps:
      - uses: actions/checkout@v4
        with: { path: head }
      - uses: actions/checkout@v4
        with: { path: base, ref: "\${{ github.base_ref }}" }
      - uses: actions/setup-node@v4
        with: { node-version: 22 }

      - name: build both
        # ${FILL_IN}: anything else that builds the service.
        run: |
          (cd base && npm ci)
          (cd head && npm ci)

      - name: measure both, and judge head against base
        working-directory: head
        run: |
          ${PERFCTL} ab "$SCENARIO" --ready "$READY" \\
            --a-command "cd ../base && $START" --b-command "$START" \\
            --report github --report html=perf.html

      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: perf
          include-hidden-files: true
          path: |
            head/perf.html
            head/.perfctl/results
`
  return { path, text, next: [fillIn(path)] }
}

function gitlabFile({ scenario, isDemo }: CiJob): CiFile {
  const path = '.gitlab/perf.yml'
  const text = `# Fails a merge request that makes the service slower than its base branch.
# Both versions are built and measured side by side on the same runner, so that noise affects both alike.
# perfctl must be in your devDependencies. Lines after "${FILL_IN}" are guesses: adapt them to your service.
perf:
  image: node:22
  timeout: 20 minutes
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
${variables({ scenario, isDemo }, '    ')}
  script:
    - git fetch --depth 1 origin "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
    - git worktree add --force --detach .perf-base FETCH_HEAD
    # ${FILL_IN}: anything else that builds the service.
    - (cd .perf-base && npm ci)
    - npm ci
    - >-
      ${PERFCTL} ab "$SCENARIO" --ready "$READY"
      --a-command "cd .perf-base && $START" --b-command "$START"
      --report junit=perf.xml --report html=perf.html
  artifacts:
    when: always
    paths: [perf.html, .perfctl/results/]
    reports: { junit: perf.xml }
`
  return { path, text, next: [`add to .gitlab-ci.yml: include: [{ local: ${path} }]`, fillIn(path)] }
}

function variables({ scenario, isDemo }: CiJob, indent: string): string {
  const own = `# ${FILL_IN}: a scenario for your service; this one is for the built-in demo.`
  const lines = [
    ...(isDemo ? [own] : []),
    `SCENARIO: ${JSON.stringify(scenario)}`,
    `# ${FILL_IN}: the command that starts the service, run in the folder of each version. It must listen on the port in PORT.`,
    'START: npm start',
    `# ${FILL_IN}: a path that responds once the service is ready.`,
    'READY: /healthz',
  ]
  return lines.map((line) => indent + line).join('\n')
}

function fillIn(path: string): string {
  return `fill in the places marked "${FILL_IN}" in ${path}`
}
