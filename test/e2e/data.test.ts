import { expect, test } from 'vitest'
import { startSession } from './session.js'
import { startTarget } from './target.js'

const ROWS = 3000
const USERS = `id,note\n${Array.from({ length: ROWS }, (_, i) => `${i},"no. ""${i}"", of many"\n`).join('')}`

const SCENARIO = (load: string) => `load: ${load}
data: { user: { file: data/users.csv, pick: unique } }
requests:
  - { name: take, weight: 3, get: "/take?id={{ user.id }}&note={{ user.note }}" }
  - { name: other, get: /other }
`

async function run(load: string, flags: readonly string[] = []) {
  const queries: URLSearchParams[] = []
  const { url } = await startTarget((request, response) => {
    if (request.url!.startsWith('/take')) queries.push(new URL(request.url!, url).searchParams)
    response.end('fine')
  })
  const session = startSession({ 'scenarios/a.yaml': SCENARIO(load), 'scenarios/data/users.csv': USERS })
  const outcome = await session.perfctl(['run', 'scenarios/a.yaml', '-t', url, '--no-progress', ...flags])
  return { ...outcome, queries, result: session.results()[0] }
}

test('rows of a file reach the service once each over all workers, encoded', async () => {
  const { code, queries } = await run('{ vus: 10, iterations: 3000, duration: 60s }', ['--workers', '3'])
  expect(code).toBe(0)
  const ids = queries.map((query) => Number(query.get('id')))
  expect([...ids].sort((a, b) => a - b)).toEqual(ids.map((_, i) => i))
  expect(ids.length).toBeGreaterThan(2000)
  for (const query of queries) expect(query.get('note')).toBe(`no. "${query.get('id')}", of many`)
})

test('if they run out, the run ends with an error, and what was measured is kept', async () => {
  const { code, stdout, result, queries } = await run('{ vus: 10, duration: 60s }', ['--workers', '2'])
  expect(code).toBe(3)
  expect(stdout).toContain('data.user ran out: it has 3,000 rows')
  expect(result).toMatchObject({ verdict: 'error', interrupted: false })
  expect(result!.error).not.toContain('died')
  expect(result!.requests[0]!.requests).toBe(queries.length)
  expect(new Set(queries.map((query) => query.get('id'))).size).toBe(queries.length)
})

test('if they are certain to run out, nothing is sent', async () => {
  const { code, stderr, queries } = await run('{ rate: 1000/s, duration: 10s }')
  expect(code).toBe(2)
  expect(stderr).toContain('data.user (data/users.csv) has 3,000 rows, but the load needs 7,')
  expect(queries).toEqual([])
})
