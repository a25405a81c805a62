import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { type Session, startSession } from './session.js'
import { answerAfter, countAll, startTarget, type Target } from './target.js'

const PROGRAM = fileURLToPath(new URL('../../bin/perfctl.js', import.meta.url))

interface Running {
  readonly child: ChildProcess
  readonly output: { stdout: string; stderr: string }
  /** Resolves with the exit code when the process is gone. */
  readonly code: Promise<number | null>
}

function startPerfctl(session: Session, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: session.cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  return { child, output, code: new Promise((resolve) => child.once('close', resolve)) }
}

/** Long enough for a machine that runs all of these tests at once. */
const WAIT = { timeout: 60_000, interval: 20 }
vi.setConfig({ testTimeout: 120_000 })

/** A long run against `target`, in its measured part. */
async function startLongRun(target: Target, args: readonly string[] = []) {
  const session = startSession({
    'long.yaml': `target: ${target.url}\nload: { vus: 3, duration: 1m, thinkTime: 5ms }\nrequests: [{ get: / }]\n`,
  })
  const running = startPerfctl(session, args.length > 0 ? args : ['run', 'long.yaml'])
  await vi.waitFor(() => expect(countAll(target)).toBeGreaterThan(50), WAIT)
  return { session, ...running }
}

describe.concurrent('a signal', () => {
  test('SIGINT ends the run early: reported and saved as interrupted, 130', async () => {
    const target = await startTarget(answerAfter(10))
    const { child, code, output, session } = await startLongRun(target)
    child.kill('SIGINT')
    expect(await code).toBe(130)
    expect(output.stdout).toContain('Interrupted')
    expect(output.stderr).toContain('stopping')
    const [result] = session.results()
    expect(result).toMatchObject({ interrupted: true, verdict: 'interrupted' })
    expect(result!.totals.requests).toBe(countAll(target))
    expect(result!.durationSeconds).toBeLessThan(30)
  })

  test('SIGTERM does the same and exits with 143', async () => {
    const target = await startTarget(answerAfter(10))
    const { child, code, session } = await startLongRun(target)
    child.kill('SIGTERM')
    expect(await code).toBe(143)
    expect(session.results()[0]).toMatchObject({ interrupted: true })
  })

  test.each(['SIGHUP', 'SIGQUIT'] as const)('%s does as SIGTERM', async (signal) => {
    const target = await startTarget(answerAfter(10))
    const { child, code, output, session } = await startLongRun(target)
    child.kill(signal)
    expect(await code).toBe(143)
    expect(output.stdout).toContain('Interrupted')
    expect(session.results()[0]).toMatchObject({ interrupted: true, verdict: 'interrupted' })
  })

  test.each(['SIGHUP', 'SIGQUIT', 'SIGTERM', 'SIGINT'] as const)(
    '%s in ab leaves no service behind, and the results of both sides',
    async (signal) => {
      const session = startSession({
        'ab.yaml': 'load: { vus: 2, thinkTime: 5ms }\nrequests: [{ get: / }]\n',
        'serve.mjs': SERVER,
      })
      // A shell that waits for the service, as in `npm start`.
      const command = `'${process.execPath}' serve.mjs; true`
      const sides = ['--a-command', command, '--b-command', command]
      const { child, code } = startPerfctl(session, ['ab', 'ab.yaml', ...sides])
      await vi.waitFor(() => expect(session.exists('seen')).toBe(true), WAIT)
      child.kill(signal)
      expect(await code).toBe(signal === 'SIGINT' ? 130 : 143)
      const ports = session.read('ports').trim().split('\n')
      expect(ports).toHaveLength(2)
      for (const port of ports)
        await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed')
      const results = session.results()
      expect(results.map(({ verdict }) => verdict)).toEqual(['interrupted', 'interrupted'])
    },
  )

  test('during the warm-up: saved with all reports', async () => {
    const target = await startTarget(answerAfter(10))
    const session = startSession({
      'warm.yaml': `target: ${target.url}\nload: { vus: 2, warmup: 1m, duration: 1m }\nrequests: [{ get: / }]\n`,
    })
    const { child, code } = startPerfctl(session, [
      'run',
      'warm.yaml',
      '--report',
      'junit',
      '--report',
      'html',
    ])
    await vi.waitFor(() => expect(countAll(target)).toBeGreaterThan(10), WAIT)
    child.kill('SIGINT')
    expect(await code).toBe(130)
    expect(session.results()[0]).toMatchObject({ verdict: 'interrupted', durationSeconds: 0 })
    expect(session.results()[0]!.totals.requests).toBe(0)
    expect(session.read('warm.xml')).toContain('<error ')
    expect(session.exists('warm.html')).toBe(true)
  })

  test('an interrupted run becomes no baseline', async () => {
    const target = await startTarget(answerAfter(10))
    const { child, code, session } = await startLongRun(target, ['baseline', 'update', 'long.yaml'])
    child.kill('SIGINT')
    expect(await code).toBe(130)
    expect(session.results()).toHaveLength(1)
    expect(session.exists('baselines')).toBe(false)
  })

  test('the second SIGINT aborts requests in flight', async () => {
    const target = await startTarget((request, response) => {
      if (countAll(target) <= 60) answerAfter(0)(request, response)
    })
    const { child, code, output, session } = await startLongRun(target)
    // From now on the service doesn't respond; a single signal would wait for it.
    await vi.waitFor(() => expect(countAll(target)).toBe(63), WAIT)
    child.kill('SIGINT')
    await vi.waitFor(() => expect(output.stderr).toContain('stopping'), WAIT)
    const again = performance.now()
    child.kill('SIGINT')
    expect(await code).toBe(130)
    expect(performance.now() - again).toBeLessThan(3000)
    expect(session.results()[0]!.totals).toMatchObject({ requests: 60, failed: 0, unfinished: 3 })
  })

  test('the demo service ends with the run that started it', async () => {
    const session = startSession({
      'demo.yaml': 'target: demo\nload: { vus: 2, duration: 1m }\nrequests: [{ get: /healthz }]\n',
    })
    const { child, code, output } = startPerfctl(session, ['run', 'demo.yaml'])
    await vi.waitFor(() => expect(output.stderr).toMatch(/http:\/\/127\.0\.0\.1:\d+/), WAIT)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.stderr)![0]
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    child.kill('SIGINT')
    expect(await code).toBe(130)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })
})

/** Listens on PORT, and records in files its port and that it got a request. */
const SERVER = `
  import { appendFileSync, writeFileSync } from 'node:fs'
  import { createServer } from 'node:http'
  appendFileSync('ports', process.env.PORT + '\\n')
  createServer((_, response) => {
    writeFileSync('seen', '')
    response.end('ok')
  }).listen(process.env.PORT, '127.0.0.1')
`

test('a bug outside the load ends the run, which is saved with what was measured, 3', async () => {
  const target = await startTarget(answerAfter(10))
  const session = startSession({
    'long.yaml': `target: ${target.url}\nload: { vus: 3, duration: 1m, thinkTime: 5ms }\nrequests: [{ get: / }]\n`,
    // Throws an uncaught error as soon as there is a file of that name.
    'bug.mjs': `
      import { existsSync } from 'node:fs'
      import { isMainThread } from 'node:worker_threads'
      const look = () => {
        if (!existsSync('now')) return
        clearInterval(timer)
        throw new TypeError('boom')
      }
      const timer = isMainThread ? setInterval(look, 20).unref() : null
    `,
  })
  const env = { NODE_OPTIONS: '--import ./bug.mjs' }
  const { code, output } = startPerfctl(session, ['run', 'long.yaml', '--report', 'junit'], env)
  await vi.waitFor(() => expect(countAll(target)).toBeGreaterThan(50), WAIT)
  session.write('now', '')
  expect(await code).toBe(3)
  const [result] = session.results()
  expect(result).toMatchObject({ verdict: 'error', interrupted: false, error: 'perfctl failed: boom' })
  expect(result!.errorStack).toMatch(/TypeError: boom\n +at .*bug\.mjs/)
  expect(result!.totals.requests).toBe(countAll(target))
  expect(output.stdout).toContain('Error: perfctl failed: boom')
  expect(session.read('long.xml')).toContain('<error ')
})

describe.concurrent('the output', () => {
  test('is plain text in a pipe, and colored on request', async () => {
    const target = await startTarget(answerAfter(0))
    const args = ['run', target.url, '-i', '20']
    const outputs = await Promise.all(
      [{}, { NO_COLOR: '1', FORCE_COLOR: '' }, { FORCE_COLOR: '1' }].map(async (env) => {
        const { code, output } = startPerfctl(startSession(), args, env)
        expect(await code).toBe(0)
        return output
      }),
    )
    const [plain, without, forced] = outputs.map(({ stdout, stderr }) => stdout + stderr)
    expect(plain).not.toContain('\x1b')
    expect(without).not.toContain('\x1b')
    expect(forced).toContain('\x1b[')
  })

  test('may be read partly: no stack trace if the reader exits', async () => {
    const target = await startTarget(answerAfter(0))
    const session = startSession()
    const { child, code, output } = startPerfctl(session, ['run', target.url, '-i', '20'])
    child.stdout!.destroy()
    expect(await code).toBe(0)
    expect(output.stderr).not.toMatch(/EPIPE|at \w+/)
    expect(session.results()).toHaveLength(1)
  })

  test('may be closed: the run continues without it, is saved and judged', async () => {
    const target = await startTarget((_, response) => response.writeHead(401).end())
    const session = startSession({
      'a.yaml': `target: ${target.url}\nload: { vus: 1, duration: 3s }\nbeforeEach: [{ post: /login }]\nrequests: [{ get: / }]\n`,
    })
    const { child, code } = startPerfctl(session, ['run', 'a.yaml'])
    await vi.waitFor(() => expect(countAll(target)).toBeGreaterThan(0), WAIT)
    child.stdout!.destroy()
    child.stderr!.destroy()
    // A verdict that doesn't depend on how busy the machine is: no request succeeded.
    expect(await code).toBe(3)
    const [result] = session.results()
    expect(result).toMatchObject({ interrupted: false, verdict: 'error' })
    expect(result!.durationSeconds).toBe(3)
  })

  test('on a full disk is an error, and the result is saved anyway', async (context) => {
    if (!existsSync('/dev/full')) context.skip('there is no /dev/full')
    const target = await startTarget(answerAfter(0))
    const session = startSession()
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [PROGRAM, 'run', target.url, '-i', '20'], {
      cwd: session.cwd,
      stdio: ['ignore', full, 'pipe'],
    })
    let stderr = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(3)
    closeSync(full)
    expect(stderr).toContain('cannot write to stdout: ENOSPC')
    expect(session.results()).toHaveLength(1)
  })

  test('shows the stack of a bug, but a missing file is no bug', async () => {
    const { code, output } = startPerfctl(startSession(), ['compare', 'a.json', 'b.json'])
    expect(await code).toBe(2)
    expect(output.stderr).toContain('a.json: no such file')
    expect(output.stderr).not.toContain('bug')
  })
})

test('a removed working directory is reported in one line', async () => {
  const session = startSession()
  const command = `rmdir "$PWD" && exec '${process.execPath}' '${PROGRAM}' validate x.yaml`
  const child = spawn('sh', ['-c', command], { cwd: session.cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2)
  expect(text).toMatch(/^the working directory no longer exists: .*\n$/)
})

test('perfctl demo serves until Ctrl-C, as its flags say', async () => {
  const args = ['demo', '--port', '0', '--errors', '100%', '--slow', '2']
  const { child, code, output } = startPerfctl(startSession(), args)
  await vi.waitFor(() => expect(output.stdout).toMatch(/http:\S+/), WAIT)
  const url = /http:\S+/.exec(output.stdout)![0]
  expect(output.stdout).toContain('(slow x2, errors 100%)')
  expect((await fetch(`${url}/api/services`)).status).toBe(503)
  child.kill('SIGINT')
  expect(await code).toBe(0)
})
