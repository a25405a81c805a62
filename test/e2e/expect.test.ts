import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../dist/cli.js'
import { createMemoryIo } from '../commands/memory-io.js'

const zipped = gzipSync(JSON.stringify({ items: [{ id: 1 }], filler: 'x'.repeat(5000) }))
const server = createServer((request, response) => {
  if (request.url === '/zipped') response.setHeader('content-encoding', 'gzip')
  response.end(request.url === '/zipped' ? zipped : `hello ${request.headers['authorization']}`)
})
let target = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('a response that fails a check is a failed request of kind expectation', async () => {
  const result = await run(`
    load: { vus: 4, iterations: 60, duration: 20s, thinkTime: 30ms }
    requests:
      - name: good
        get: /zipped
        expect: { json: { "$.items[0].id": 1 }, maxSize: 1kB, body: xxxx }
      - name: bad
        get: /zipped
        expect: { json: { $.items.length: "> 1" } }
      - name: secret
        get: /
        headers: { authorization: Bearer abcdef123456 }
        expect: { header: { x-none: a }, body: Bearer abcdef123456 }
      - name: unchecked
        get: /`)
  const failures = result.requests.map(({ name, failed, requests, errors }) => ({
    name,
    all: failed === requests,
    errors,
  }))
  const count = (name: string) => result.requests.find((each) => each.name === name)!.requests
  expect(failures).toEqual([
    { name: 'good', all: false, errors: [] },
    {
      name: 'bad',
      all: true,
      errors: [{ kind: 'expectation', message: '$.items.length is 1, not > 1', count: count('bad') }],
    },
    {
      name: 'secret',
      all: true,
      errors: [{ kind: 'expectation', message: 'no header x-none', count: count('secret') }],
    },
    { name: 'unchecked', all: false, errors: [] },
  ])
  const good = result.requests[0]!
  // Counted on the wire, not as decoded.
  expect(good.bytesReceived / good.requests).toBeLessThan(500)
  expect(JSON.stringify(result)).not.toContain('abcdef123456')
})

interface Saved {
  readonly requests: readonly {
    readonly name: string
    readonly requests: number
    readonly failed: number
    readonly bytesReceived: number
    readonly errors: readonly object[]
  }[]
}

async function run(scenario: string): Promise<Saved> {
  const io = { ...createMemoryIo(), cwd: mkdtempSync(join(tmpdir(), 'perfctl-expect-')) }
  writeFileSync(join(io.cwd, 'a.yaml'), scenario)
  await main(['run', 'a.yaml', '--target', target, '-q', '--results-dir', 'out', '--workers', '1'], io)
  const [name] = readdirSync(join(io.cwd, 'out'))
  return JSON.parse(readFileSync(join(io.cwd, 'out', name!), 'utf8')) as Saved
}
