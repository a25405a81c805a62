/**
 * The scripts of the GitHub Action, run as the runner does: as separate programs, configured by the environment.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/report/formats/markdown.js'
import { parseResult } from '../../src/stats/read.js'
import { passed, regressed } from '../report/results.js'

const directories: string[] = []

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

function makeDirectory(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'perfctl-'))
  directories.push(directory)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), text)
  }
  return directory
}

async function runScript(script: string, env: Readonly<Record<string, string>>) {
  const path = fileURLToPath(new URL(`../../deploy/github/${script}`, import.meta.url))
  const child = spawn(process.execPath, [path], { env: { PATH: process.env['PATH'], ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  const [code] = await once(child, 'close')
  return { code, text }
}

describe('run', () => {
  const scenario = (limit: string) => `
target: demo
load: { vus: 1, duration: 1s }
requests: [{ name: one, get: /api/services/1 }]
thresholds: [${limit}]
`

  /** Runs the step in a workspace with these files. Returns its outputs. */
  async function step(
    files: Readonly<Record<string, string>>,
    inputs: Readonly<Record<string, string>>,
    cwd?: string,
  ) {
    const workspace = cwd ?? makeDirectory(files)
    const output = join(makeDirectory(), 'output')
    const summary = join(makeDirectory(), 'summary')
    writeFileSync(output, '')
    writeFileSync(summary, '')
    const { code, text } = await runScript('run.js', {
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: makeDirectory(),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      ...inputs,
    })
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n')
    // If an output is set twice, the last value counts.
    const outputs = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    return { code, text, outputs, summary: readFileSync(summary, 'utf8'), workspace }
  }

  test('runs what the pattern matches, and writes a page, a text and a result for each', async () => {
    const { code, text, outputs, summary } = await step(
      {
        'load/scenarios/a.yaml': scenario('error_rate < 1%'),
        'load/scenarios/b b.yaml': scenario('p95 < 0.001ms'),
        'load/scenarios/other.txt': 'nothing',
      },
      {
        INPUT_WORKING_DIRECTORY: 'load',
        INPUT_SCENARIO: 'scenarios/*.yaml\n',
        INPUT_ARGS: '--seed 7 -H "x-note: two words" --no-progress',
        INPUT_BASELINE: 'none',
      },
    )
    expect([code, outputs['exit-code'], outputs['verdict']], text).toEqual([0, '1', 'failed'])
    expect(outputs['remembered']).toBe('false')
    const files = readdirSync(outputs['reports']!).toSorted()
    expect(files.map((file) => file.replace(/^(.*)-\d{4}-.*\./, '$1.'))).toEqual([
      'a.html',
      'a.json',
      'a.md',
      'b b.html',
      'b b.json',
      'b b.md',
    ])
    const result = parseResult(readFileSync(join(outputs['reports']!, files[1]!), 'utf8'), 'a')
    expect(result).toMatchObject({ seed: 7, comparison: null })
    expect(readFileSync(join(outputs['reports']!, files[2]!), 'utf8')).toMatch(
      /^<!-- perfctl:a -->\n## \S+ a\n/,
    )
    expect(summary.match(/^## .*/gm)).toEqual([expect.stringMatching(/ a$/), '## ❌ b b'])
    expect(text).toContain('::error')
  })

  test('saves a run as the baseline, and adds the next one', async () => {
    const inputs = { INPUT_SCENARIO: 'a.yaml', INPUT_BASELINE: 'cache', REMEMBER: 'true', INPUT_ARGS: '-q' }
    const first = await step({ 'a.yaml': scenario('error_rate < 1%') }, inputs)
    expect(first.outputs, first.text).toMatchObject({ remembered: 'true', 'exit-code': '0' })
    const baseline = () => JSON.parse(readFileSync(join(first.workspace, 'baselines/a.json'), 'utf8'))
    expect(baseline().runs).toBe(1)
    const second = await step({}, inputs, first.workspace)
    expect(second.outputs['remembered'], second.text).toBe('true')
    expect(baseline().runs).toBe(2)
  })

  test.each([
    [
      'no scenario matches',
      { INPUT_SCENARIO: 'nowhere/*.yaml' },
      '::error title=perfctl::scenario: nothing matches',
    ],
    ['a scenario is missing', { INPUT_SCENARIO: 'x.yaml' }, 'x.yaml: no such file'],
    [
      'a quote is not closed',
      { INPUT_SCENARIO: 'x.yaml', INPUT_ARGS: "-H 'a: b" },
      'args: a quote is not closed',
    ],
  ])('fails if %s, and leaves nothing', async (_, inputs, message) => {
    const { text, outputs } = await step({}, inputs)
    expect(text).toContain(message)
    expect(outputs).toMatchObject({ 'exit-code': '2', verdict: 'error', reports: '' })
    expect(existsSync(outputs['reports']!)).toBe(false)
  })
})

describe('comment', () => {
  interface Call {
    readonly method: string
    readonly path: string
    readonly body: string | null
    readonly token: string | undefined
  }

  let server: Server | null = null
  afterEach(() => {
    server?.close()
    server?.closeAllConnections()
  })

  /** A GitHub API with these comments on a pull request, and the requests it received. */
  async function comment(comments: readonly object[], status = 200) {
    const calls: Call[] = []
    server = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      const url = new URL(request.url!, 'http://github')
      const body = text === '' ? null : JSON.parse(text).body
      calls.push({ method: request.method!, path: url.pathname, body, token: request.headers.authorization })
      const from = 100 * (Number(url.searchParams.get('page')) - 1)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(request.method === 'GET' ? comments.slice(from, from + 100) : {}))
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    const { code, text } = await runScript('comment.js', {
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: 'me/shop',
      GITHUB_TOKEN: 'secret-1',
      PULL_REQUEST: '12',
      REPORTS: makeDirectory({ 'a.md': renderMarkdown(passed), 'a.html': 'a page', 'a.json': '{}' }),
    })
    return { code, text, written: calls.filter(({ method }) => method !== 'GET'), calls }
  }

  const body = renderMarkdown(passed)
  const others = Array.from({ length: 130 }, (_, id) => ({ id, user: { type: 'User' }, body: 'nice' }))

  test('is created on a pull request that has none', async () => {
    const { written, text } = await comment(others)
    expect([written, text]).toEqual([
      [{ method: 'POST', path: '/repos/me/shop/issues/12/comments', body, token: 'Bearer secret-1' }],
      '',
    ])
  })

  test('is updated if there is one, whatever its position', async () => {
    const earlier = { id: 999, user: { type: 'Bot' }, body: renderMarkdown(regressed) }
    const { written } = await comment([...others, earlier])
    expect(written).toMatchObject([{ method: 'PATCH', path: '/repos/me/shop/issues/comments/999', body }])
  })

  test("leaves other people's comments alone, even with the same marker", async () => {
    const { written } = await comment([{ id: 1, user: { type: 'User' }, body }])
    expect(written.map(({ method }) => method)).toEqual(['POST'])
  })

  test('without permission is a warning', async () => {
    const { code, text } = await comment([], 403)
    expect([code, text]).toEqual([
      0,
      '::warning title=perfctl::no comment on the pull request: GET issues/12/comments: status 403\n',
    ])
  })
})
