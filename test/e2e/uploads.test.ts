import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { parseForm } from '../form.js'
import { startSession } from './session.js'
import { startTarget } from './target.js'

const LARGE = randomBytes(5_000_000)
const COVER = randomBytes(3000)

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** What was received, by path; for a form its fields, each as text or digest. */
async function startShop() {
  const seen: Record<string, string[]> = {}
  const target = await startTarget((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const type = request.headers['content-type']!
      const text = type.startsWith('multipart/')
        ? parseForm(body, type)
            .map(({ name, fileName, type, content }) =>
              fileName === null ? `${name}=${content}` : `${name}: ${fileName} ${type} ${digest(content)}`,
            )
            .join('; ')
        : `${type} ${digest(body)}`
      const url = request.url!
      seen[url] = [...(seen[url] ?? []), text]
      response.end('fine')
    })
  })
  return { seen, target }
}

const SCENARIO = (target: string, load: string) => `target: ${target}
load: ${load}
requests:
  - { name: raw, post: /raw, file: files/large.bin }
  - name: form
    put: /form
    multipart:
      title: "no. {{ iteration() }}"
      cover: { file: files/cover.png, name: 'no "{{ iteration() }}".png' }
      large: { file: files/large.bin, type: video/x-own }
before: [{ post: /before, file: files/cover.png }]
beforeEach: [{ post: /each, multipart: { cover: { file: files/cover.png } } }]
after: [{ post: /after, multipart: { a: b }, headers: { x-a: b } }]
`

function startUploads(target: string, load: string) {
  const session = startSession({ 'scenarios/up.yaml': SCENARIO(target, load), 'scenarios/files/a.txt': '' })
  writeFileSync(join(session.cwd, 'scenarios/files/large.bin'), LARGE)
  writeFileSync(join(session.cwd, 'scenarios/files/cover.png'), COVER)
  return session
}

test.each([
  ['closed', '{ vus: 4, iterations: 40 }', 4],
  ['open', '{ rate: 20/s, duration: 2s, maxVus: 4 }', null],
])('files reach the service completely from all workers, %s', async (_, load, users) => {
  const { seen, target } = await startShop()
  const session = startUploads(target.url, load)
  const { stderr } = await session.perfctl(['run', 'scenarios/up.yaml', '--workers', '2', '--seed', '3'])
  expect(stderr).not.toContain('error')
  const [result] = session.results()
  expect(result!.totals.failed).toBe(0)
  expect(result!.environment.workers).toBe(2)
  const cover = `image/png ${digest(COVER)}`
  expect(new Set(seen['/raw'])).toEqual(new Set([`application/octet-stream ${digest(LARGE)}`]))
  expect(seen['/form']!.length).toBeGreaterThan(5)
  for (const form of seen['/form']!) {
    const n = /^title=no\. (\d+);/.exec(form)![1]
    expect(form).toBe(
      `title=no. ${n}; cover: no %22${n}%22.png ${cover}; large: large.bin video/x-own ${digest(LARGE)}`,
    )
  }
  expect(new Set(seen['/form']).size).toBe(seen['/form']!.length)
  expect(seen['/before']).toEqual([cover])
  expect(new Set(seen['/each'])).toEqual(new Set([`cover: cover.png ${cover}`]))
  expect(seen['/after']).toEqual(['a=b'])
  if (users === null) return
  // Each user kept its connection. Setup and teardown are in no figure, and use other connections.
  expect(result!.connections.tcp?.count).toBe(users)
  await vi.waitFor(() => {
    const outside = target.seen.bytesReceived - result!.totals.bytesSent
    expect(outside).toBeGreaterThan(COVER.length)
    expect(outside).toBeLessThan(COVER.length + 1500)
  })
})

test('try shows names and sizes of files instead of their bytes', async () => {
  const { target } = await startShop()
  const session = startUploads(target.url, '{ vus: 1 }')
  const { code, stdout } = await session.perfctl(['try', 'scenarios/up.yaml', '--full'])
  expect(code).toBe(0)
  expect(stdout).toContain('> content-length: 5000000\n\n(large.bin: 5.00MB of application/octet-stream)\n')
  expect(stdout).toMatch(
    /name="title"\n\nno\. 1\n--perfctl-\w+\nContent-Disposition: form-data; name="cover"; filename="no %221%22\.png"\nContent-Type: image\/png\n\n\(no "1"\.png: 3\.00kB of image\/png\)\n/,
  )
  expect(stdout).toMatch(/5\.00MB\s+sent/)
})
