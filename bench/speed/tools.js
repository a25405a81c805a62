/**
 * Load generators, each run once on one core for a time. Each returns `rate`, in requests per second.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { has } from './target.js'

const GENERATOR_CORE = '1'
const TARGET_CORE = '0'

/** Whether generator and target can be pinned to different cores. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0

/** Put the target and the generator on their cores. */
export const targetCommand = canPin ? ['taskset', '-c', TARGET_CORE] : []
export const generatorCommand = canPin ? ['taskset', '-c', GENERATOR_CORE] : []

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
/** The program. */
export const PERFCTL = here('../../bin/perfctl.js')

/**
 * Runs a scenario, given as a file or an object. Returns `rate`, `p99` in ms, and the result as `result`.
 */
export function perfctl({ directory, scenario, url, users, seconds, flags = [] }) {
  const file = typeof scenario === 'string' ? here(scenario) : join(directory, 'scenario.yaml')
  if (typeof scenario !== 'string') writeFileSync(file, JSON.stringify(scenario))
  const saved = join(directory, 'result.json')
  const load = users === undefined ? [] : ['-u', String(users)]
  const args = ['run', file, '--target', url, ...load, '-d', `${seconds}s`, ...flags]
  const output = ['-q', '--no-baseline', '--results-dir', directory, '--report', `json=${saved}`]
  rmSync(saved, { force: true })
  const [program, ...rest] = line(process.execPath, [PERFCTL, ...args, '--workers', '1', ...output])
  const { stderr } = spawnSync(program, rest, { encoding: 'utf8' })
  if (!existsSync(saved)) throw new Error(`perfctl, ${url}: ${stderr}`)
  const result = JSON.parse(readFileSync(saved, 'utf8'))
  const { totals } = result
  if (totals.failed > 0 || totals.requests === 0)
    throw new Error(`perfctl, ${url}: ${totals.failed} of ${totals.requests} requests failed`)
  return { rate: totals.throughput, p99: totals.latency.p99, result }
}

/** Runs perfctl with any arguments. Returns `ms`, how long it took, and `kb`, the most memory it used. */
export async function timed(args) {
  const [program, ...rest] = line(process.execPath, [PERFCTL, ...args])
  const begun = performance.now()
  const child = spawn(program, rest, { stdio: 'ignore' })
  let kb = 0
  const watch = setInterval(() => {
    const text = readStatus(child.pid)
    kb = Math.max(kb, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0))
  }, 50)
  await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  return { ms: performance.now() - begun, kb }
}

function readStatus(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

/** How long an empty program takes, in ms. */
export function nodeStart() {
  const begun = performance.now()
  pinned(process.execPath, ['-e', '0'])
  return performance.now() - begun
}

/** The other generators that are installed, by name. Each takes `url`, `users` and `seconds`. */
export const PEERS = {
  wrk: ({ url, users, seconds }) =>
    rateIn(pinned('wrk', ['-t1', `-c${users}`, `-d${seconds}s`, url]), /Requests\/sec:\s+([\d.]+)/),
  autocannon: ({ url, users, seconds }) => {
    const warmup = ['-W', '[', '-c', String(users), '-d', '1', ']']
    const args = ['-c', String(users), '-d', String(seconds), ...warmup, '-j', '-n', url]
    const out = pinned(process.execPath, [here('../../node_modules/autocannon/autocannon.js'), ...args])
    // It prints a result for the warm-up first.
    return { rate: JSON.parse(out.trim().split('\n').at(-1)).requests.average }
  },
  hey: ({ url, users, seconds }) =>
    rateIn(
      pinned('hey', ['-c', String(users), '-z', `${seconds}s`, '-cpus', '1', url]),
      /Requests\/sec:\s+([\d.]+)/,
    ),
  oha: ({ url, users, seconds }) =>
    rateIn(
      pinned('oha', ['--no-tui', '--insecure', '-c', String(users), '-z', `${seconds}s`, url]),
      /Requests\/sec:\s+([\d.]+)/,
    ),
  k6: ({ directory, url, users, seconds }) => {
    const script = join(directory, 'k6.js')
    const options = `{ vus: ${users}, duration: '${seconds}s', insecureSkipTLSVerify: true }`
    writeFileSync(
      script,
      `import http from 'k6/http'\nexport const options = ${options}\nexport default () => http.get('${url}')\n`,
    )
    const out = pinned('k6', ['run', '--quiet', script], { GOMAXPROCS: '1' })
    return rateIn(out, /http_reqs\S*:\s+\d+\s+([\d.]+)\/s/)
  },
  h2load: ({ url, connections, streams, seconds }) =>
    rateIn(
      pinned('h2load', ['-t1', `-c${connections}`, `-m${streams}`, `-D${seconds}`, url]),
      /finished in [^,]*, ([\d.]+) req\/s/,
    ),
}
for (const name of Object.keys(PEERS)) if (name !== 'autocannon' && !has(name)) delete PEERS[name]

function line(command, args) {
  return [...generatorCommand, command, ...args]
}

function pinned(command, args, env = {}) {
  const [program, ...rest] = line(command, args)
  return execFileSync(program, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  })
}

function rateIn(text, pattern) {
  const match = pattern.exec(text)
  if (match === null) throw new Error(`no rate in:\n${text}`)
  return { rate: Number(match[1]) }
}
