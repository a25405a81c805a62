import { describe, expect, test } from 'vitest'
import { upload } from '../../src/commands/upload.js'
import { startReceiver } from '../report/live/stream/receiver.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { createMemoryIo } from './memory-io.js'

const result = simulate(SHOP, { seed: 1, seconds: 5 })
const SOON = [1, 1, 1]

async function send(url: string, { env = {}, signal = new AbortController().signal } = {}) {
  const io = { ...createMemoryIo(), env }
  const file = '.perfctl/results/shop-2026.json'
  const isSent = await upload({ result, file, url: new URL(url), signal, isQuiet: false, pausesMs: SOON }, io)
  return { isSent, stderr: io.written.stderr }
}

describe('a result', () => {
  test('is put under its name into a folder, whole', async () => {
    const receiver = await startReceiver()
    const { isSent, stderr } = await send(`${receiver.url}/runs/`)
    expect(isSent).toBe(true)
    expect(stderr).toBe(`result sent: ${receiver.url}/runs/shop-2026.json\n`)
    const [post] = receiver.posts
    expect(post).toMatchObject({ path: '/runs/shop-2026.json', method: 'PUT' })
    expect(post!.headers['content-type']).toBe('application/json')
    expect(JSON.parse(post!.body.toString())).toMatchObject({ schema: 'perfctl/result@1', seed: result.seed })
  })

  test('is put under the name that a URL has, with its signature, which no message shows', async () => {
    const receiver = await startReceiver()
    const { stderr } = await send(`${receiver.url}/a.json?sig=secret`)
    expect(receiver.posts.map(({ path }) => path)).toEqual(['/a.json?sig=secret'])
    expect(stderr).toBe(`result sent: ${receiver.url}/a.json\n`)
  })

  test('is sent again to a receiver that is busy', async () => {
    const codes = [503, 429, 201]
    const receiver = await startReceiver((response) => response.writeHead(codes.shift()!).end())
    expect((await send(`${receiver.url}/a`)).isSent).toBe(true)
    expect(receiver.posts).toHaveLength(3)
  })

  test('is sent once to one that refuses it, and stays saved', async () => {
    // As S3 does, with the signature.
    const receiver = await startReceiver((response, { path }) =>
      response.writeHead(403).end(`no such bucket: ${path}`),
    )
    const { isSent, stderr } = await send(`${receiver.url}/a?sig=se%2Fcret`)
    expect(isSent).toBe(false)
    expect(receiver.posts).toHaveLength(1)
    expect(stderr).toBe(
      `the result could not be sent to ${receiver.url}/a: status 403 (no such bucket: /a?sig=[redacted]); send the saved file instead\n`,
    )
  })

  test('that nobody takes is given up after a few attempts', async () => {
    const receiver = await startReceiver((response) => response.destroy())
    const { isSent, stderr } = await send(`${receiver.url}/a`)
    expect(isSent).toBe(false)
    expect(receiver.posts).toHaveLength(1 + SOON.length)
    expect(stderr).toMatch(/could not be sent to .*: .+; send the saved file instead/)
  })

  test('has the credentials of the URL and the environment, which no message shows', async () => {
    const receiver = await startReceiver((response, { headers }) => {
      response.writeHead(400).end(`${headers.authorization} ${headers['x-key']}`)
    })
    const url = receiver.url.replace('//', '//me:pass@')
    const { stderr } = await send(url, { env: { PERFCTL_RESULT_HEADERS: 'x-key=a%20k3y%20of%20mine' } })
    expect(receiver.posts[0]!.headers).toMatchObject({
      authorization: `Basic ${btoa('me:pass')}`,
      'x-key': 'a k3y of mine',
    })
    expect(stderr).not.toMatch(/pass|k3y|Basic \w/)
  })

  test('is not sent after the second Ctrl-C', async () => {
    const receiver = await startReceiver()
    const { isSent, stderr } = await send(receiver.url, { signal: AbortSignal.abort() })
    expect(isSent).toBe(false)
    expect(receiver.posts).toEqual([])
    expect(stderr).toContain(': interrupted; send the saved file instead')
  })
})
