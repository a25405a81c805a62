import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { UserError } from '../../../../src/base/errors.js'
import type { Watcher } from '../../../../src/report/live/watcher.js'
import { openLiveWeb } from '../../../../src/report/live/web/live-web.js'
import { readTags } from '../../html/page.js'
import { RESULTS } from '../../results.js'
import { frameOf } from '../frames.js'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const RUN = { scenario: 'shop', target: 'http://localhost:3000', seed: 42, workers: 2 }
const open: Watcher[] = []
afterEach(() => Promise.all(open.splice(0).map((page) => page.close())))

async function start(): Promise<{ page: Watcher; url: URL }> {
  let announced = ''
  const page = await openLiveWeb(LOOPBACK, (text) => {
    announced += text
  })
  open.push(page)
  return { page, url: new URL(/^live view: (\S+)\n$/.exec(announced)![1]!) }
}

/** The server's response as a browser sees it; the body of a stream until it ends. */
function get(url: URL, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const sent = request(url, { headers, method, agent: false }, (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (part) => {
          body += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }))
        answer.on('error', reject)
      })
      sent.on('error', reject).end()
    },
  )
}

/** The union of the fields of all events. */
interface Told {
  readonly run: number
  readonly title: string
  readonly parts: readonly string[]
  readonly html: string
}

/** A connected browser: all events so far, and a promise that resolves when it has been greeted. */
function watch(url: URL) {
  const events: { name: string; data: Told | null }[] = []
  let rest = ''
  let greeted = () => {}
  const isGreeted = new Promise<void>((resolve) => {
    greeted = resolve
  })
  const ended = new Promise<void>((resolve) => {
    request(at(url, '/events'), { agent: false }, (answer) => {
      answer.setEncoding('utf8').on('data', (part) => {
        greeted()
        const parts = (rest + part).split('\n\n')
        rest = parts.pop()!
        for (const each of parts) {
          const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(each) ?? []
          if (name !== undefined) events.push({ name, data: JSON.parse(data!) })
        }
      })
      answer.on('close', resolve)
    }).end()
  })
  return { events, ended, isGreeted }
}

function at(url: URL, path: string, token = url.searchParams.get('token')!): URL {
  return new URL(`${path}?token=${token}`, url)
}

describe('access', () => {
  test.each([
    ['the address that was printed', 200, (url: URL) => get(url)],
    ['no token', 403, (url: URL) => get(new URL('/', url))],
    ['a wrong token', 403, (url: URL) => get(at(url, '/', 'x'.repeat(22)))],
    ['events without a token', 403, (url: URL) => get(new URL('/events', url))],
    ['a rebound DNS name', 403, (url: URL) => get(url, { host: 'evil.example' })],
    ['a rebound DNS name with our port', 403, (url: URL) => get(url, { host: `evil.example:${url.port}` })],
    ['an invalid host', 403, (url: URL) => get(url, { host: '@:/' })],
    ['localhost by name', 200, (url: URL) => get(url, { host: `localhost:${url.port}` })],
    ['a POST', 405, (url: URL) => get(url, {}, 'POST')],
    ['an unknown path', 404, (url: URL) => get(at(url, '/etc/passwd'))],
  ])('%s: %i', async (_, status, ask) => {
    const { url } = await start()
    expect((await ask(url)).status).toBe(status)
  })

  test('each server has its own token and listens on loopback only', async () => {
    const [a, b] = [await start(), await start()]
    expect(a.url.hostname).toBe('127.0.0.1')
    expect(a.url.searchParams.get('token')).toMatch(/^[\w-]{22}$/)
    expect(a.url.search).not.toBe(b.url.search)
  })

  test('a refusal reveals nothing about the run', async () => {
    const { page, url } = await start()
    page.open({ ...RUN, scenario: 'very secret' })
    expect((await get(new URL('/events', url))).body).not.toContain('secret')
  })

  test('the page may run only its own script, and load nothing', async () => {
    const { headers, body } = await get((await start()).url)
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src ('sha256-[^']+' ?){2}; script-src 'sha256-[^']+'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    )
    expect(body.match(/<script/g)).toHaveLength(1)
  })

  test('a port in use is reported before the load, with a hint', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const error = await openLiveWeb({ host: '127.0.0.1', port }, () => {}).catch((reason) => reason)
    other.close()
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      kind: 'usage',
      message: `--live-web 127.0.0.1:${port}: the port is in use`,
    })
    expect(error.problems[0].hint).toContain('get a free port')
  })
})

describe('a browser', () => {
  test('gets each second, then the report, then the end', async () => {
    const { page, url } = await start()
    const browser = watch(url)
    await browser.isGreeted
    page.open(RUN)
    page.frame(frameOf({ search: { latenciesMs: [10] } }, { requests: 1 }))
    page.done(RESULTS.failed)
    await page.close()
    await browser.ended
    expect(browser.events.map(({ name }) => name)).toEqual(['live', 'live', 'report', 'end'])
    expect(browser.events[1]!.data).toMatchObject({ run: 0, parts: Array(6).fill(expect.any(String)) })
    expect(browser.events[2]!.data).toMatchObject({ run: 0, title: '✗ shop · perfctl' })
    expect(browser.events[2]!.data!.html).toContain('error_rate &#60; 1% was not met')
  })

  test('that connects late gets what came before', async () => {
    const { page, url } = await start()
    page.open(RUN)
    page.frame(frameOf({ search: { latenciesMs: [10] } }))
    page.done(RESULTS.passed)
    page.open({ ...RUN, scenario: 'second' })
    const browser = watch(url)
    await browser.isGreeted
    await page.close()
    await browser.ended
    expect(browser.events.map(({ name, data }) => [name, data?.run])).toEqual([
      ['report', 0],
      ['live', 1],
      ['end', undefined],
    ])
  })

  test('sees one run however often it is repeated', async () => {
    const { page, url } = await start()
    for (let repeat = 0; repeat < 3; repeat++) page.open(RUN)
    const browser = watch(url)
    await browser.isGreeted
    page.done(RESULTS.passed)
    await page.close()
    await browser.ended
    expect(new Set(browser.events.flatMap(({ data }) => data?.run ?? []))).toEqual(new Set([0]))
  })

  test('is told if a run could not be carried out', async () => {
    const { page, url } = await start()
    const browser = watch(url)
    await browser.isGreeted
    page.open(RUN)
    page.done(null)
    await page.close()
    await browser.ended
    expect(browser.events.find(({ name }) => name === 'report')!.data!.html).toContain(
      'could not be carried out',
    )
  })

  test('that reads too slowly misses seconds, but not the end', async () => {
    const { page, url } = await start()
    let text = ''
    const answer = await new Promise<IncomingMessage>((resolve) => {
      request(at(url, '/events'), { agent: false }, resolve).end()
    })
    page.open(RUN)
    const latenciesMs = Array.from({ length: 50 }, (_, index) => 1 + index)
    const frames = 400
    for (let second = 0; second < frames; second++)
      page.frame(frameOf({ search: { latenciesMs } }, { p50Ms: 25, p95Ms: 40 + (second % 7), p99Ms: 60 }))
    page.done(null)
    const closed = page.close()
    answer.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    await new Promise((resolve) => answer.on('end', resolve))
    await closed
    expect(text.match(/^event: live$/gm)!.length).toBeLessThan(frames)
    expect(text.match(/^event: (report|end)$/gm)).toEqual(['event: report', 'event: end'])
  })

  test('that reads nothing does not keep the run from ending', async () => {
    const { page, url } = await start()
    await new Promise<void>((resolve) => {
      request(at(url, '/events'), { agent: false }, (answer) => {
        answer.on('error', () => {})
        answer.pause()
        resolve()
      }).end()
    })
    page.open(RUN)
    page.done(RESULTS.passed)
    await page.close()
    await expect(get(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('a name from outside', () => {
  const EVIL = [
    '</script><img src=x onerror=alert(1)>',
    '" onmouseover="alert(1)',
    '\u202e<svg/onload=alert(1)>',
  ]

  async function liveParts(names: readonly string[]): Promise<string> {
    const { page, url } = await start()
    page.open({ ...RUN, scenario: names[0]!, target: names[1]! })
    const happened = names.map((name) => [name, { latenciesMs: [1], failures: [['status', name] as const] }])
    page.frame(frameOf(Object.fromEntries(happened), { requests: 6, failed: 3 }))
    const browser = watch(url)
    await browser.isGreeted
    await page.close()
    await browser.ended
    return browser.events.find(({ name }) => name === 'live')!.data!.parts.join('')
  }

  test('never becomes an element or an attribute', async () => {
    const shape = (markup: string) =>
      readTags(markup).map(({ name, attributes }) => [name, Object.keys(attributes)])
    expect(shape(await liveParts(EVIL))).toEqual(shape(await liveParts(['a', 'b', 'c'])))
  })

  test.skipIf(!existsSync('/usr/bin/chromium'))(
    'is only text in a real browser',
    { timeout: 60_000 },
    async () => {
      const { page, url } = await start()
      page.open({ ...RUN, scenario: EVIL[0]! })
      page.done(RESULTS.hostile)
      page.open({ ...RUN, scenario: EVIL[2]! })
      const profile = mkdtempSync(join(tmpdir(), 'perfctl-live-'))
      const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
      const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
      const chromium = spawn(
        '/usr/bin/chromium',
        [
          ...flags,
          ...quiet,
          `--user-data-dir=${profile}`,
          '--enable-logging=stderr',
          '--dump-dom',
          '--timeout=5000',
          '--virtual-time-budget=2000',
          url.href,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      )
      let [document, log] = ['', '']
      chromium.stdout.setEncoding('utf8').on('data', (part) => {
        document += part
      })
      chromium.stderr.setEncoding('utf8').on('data', (part) => {
        log += part
      })
      setTimeout(() => void page.close(), 4000)
      await new Promise((resolve) => chromium.on('close', resolve))
      rmSync(profile, { recursive: true, force: true })
      expect(log.split('\n').filter((line) => line.includes('CONSOLE'))).toEqual([])
      expect(document).toContain('id="run-0-requests"')
      expect(document).toContain('Starting')
      expect(document).not.toMatch(/<(img|svg\/onload)|onerror=|<script>alert/)
    },
  )
})
