/**
 * Load generators at a fixed rate, beside perfctl: each returns the percentiles that it reports, in ms, and the CPU time of a
 * request in µs.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { has } from '../speed/target.js'
import { generatorCommand, PEERS, PERFCTL } from '../speed/tools.js'

const CONNECTIONS = 200
/** Of perfctl; the others have none. */
export const WARMUP_MS = 2000
const AUTOCANNON = fileURLToPath(new URL('../../node_modules/autocannon/autocannon.js', import.meta.url))

/** The generators that are installed. Each takes `url`, `rate`, `seconds` and `directory`. */
export function ratedTools() {
  const tools = { perfctl: perfctlAt, autocannon: autocannonAt }
  if ('h2load' in PEERS) tools.h2load = h2loadAt
  if ('hey' in PEERS) tools.hey = heyAt
  if (has('wrk2')) tools.wrk2 = wrk2At
  if ('k6' in PEERS) tools.k6 = k6At
  return tools
}

function perfctlAt({ url, rate, seconds, directory }) {
  const load = { rate: `${rate}/s`, maxVus: 5000, warmup: `${WARMUP_MS}ms` }
  const { result, cpuMs } = runPerfctl({ directory, url, load, seconds })
  const { p50, p99, p999 } = result.requests[0].latency
  return { figures: { p50, p99, 'p99.9': p999 }, cpuMs }
}

/** Runs perfctl with a load. Returns its result, and its CPU time in ms. */
export function runPerfctl({ directory, url, load, seconds }) {
  const scenario = join(directory, 'truth.yaml')
  const saved = join(directory, 'truth.json')
  rmSync(saved, { force: true })
  writeFileSync(
    scenario,
    JSON.stringify({ target: url, load: { ...load, duration: `${seconds}s` }, requests: [{ get: '/' }] }),
  )
  const output = ['-q', '--no-baseline', '--results-dir', directory, '--report', `json=${saved}`]
  const { cpuMs } = timed(process.execPath, [PERFCTL, 'run', scenario, '--workers', '1', ...output])
  return { result: JSON.parse(readFileSync(saved, 'utf8')), cpuMs }
}

function autocannonAt({ url, rate, seconds }) {
  const args = ['-c', String(CONNECTIONS), '-R', String(rate), '-d', String(seconds), '-j', '-n', url]
  const { out, cpuMs } = timed(process.execPath, [AUTOCANNON, ...args])
  const { latency } = JSON.parse(out.trim().split('\n').at(-1))
  return { figures: { p50: latency.p50, p99: latency.p99, 'p99.9': latency.p99_9 }, cpuMs }
}

function h2loadAt({ url, rate, seconds, directory }) {
  const log = join(directory, 'h2load.log')
  const load = ['--h1', '-t1', `-c${CONNECTIONS}`, `--rps=${rate / CONNECTIONS}`, `-D${seconds}`]
  const { cpuMs } = timed('h2load', [...load, `--log-file=${log}`, url])
  const times = readFileSync(log, 'utf8').trim().split('\n')
  const sorted = times.map((line) => Number(line.split('\t')[2]) / 1000).sort((a, b) => a - b)
  rmSync(log)
  const at = (p) => sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)]
  return { figures: { p50: at(50), p99: at(99), 'p99.9': at(99.9) }, cpuMs }
}

function heyAt({ url, rate, seconds }) {
  const load = [
    '-c',
    String(CONNECTIONS),
    '-q',
    String(rate / CONNECTIONS),
    '-z',
    `${seconds}s`,
    '-cpus',
    '1',
  ]
  const { out, cpuMs } = timed('hey', [...load, url])
  const at = (p) => Number(new RegExp(`${p}%+ in ([\\d.]+) secs`).exec(out)?.[1] ?? Number.NaN) * 1000
  return { figures: { p50: at(50), p99: at(99), 'p99.9': null }, cpuMs }
}

function wrk2At({ url, rate, seconds }) {
  const { out, cpuMs } = timed('wrk2', [
    ...['-t1', `-c${CONNECTIONS}`, `-R${rate}`, `-d${seconds}s`, '--latency', url],
  ])
  const at = (p) => {
    const [, value, unit] = new RegExp(`${p}%\\s+([\\d.]+)(us|ms|s)`).exec(out) ?? []
    return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit]
  }
  return { figures: { p50: at('50.000'), p99: at('99.000'), 'p99.9': at('99.900') }, cpuMs }
}

function k6At({ url, rate, seconds, directory }) {
  const script = join(directory, 'rated.js')
  const summary = join(directory, 'k6.json')
  const open = {
    executor: 'constant-arrival-rate',
    rate,
    duration: `${seconds}s`,
    preAllocatedVUs: CONNECTIONS,
  }
  const options = {
    scenarios: { open: { ...open, maxVUs: 2000 } },
    summaryTrendStats: ['p(50)', 'p(99)', 'p(99.9)'],
  }
  writeFileSync(
    script,
    `import http from 'k6/http'\nexport const options = ${JSON.stringify(options)}\nexport default () => http.get('${url}')\n`,
  )
  const { cpuMs } = timed('k6', ['run', '--quiet', '--summary-export', summary, script], { GOMAXPROCS: '1' })
  const { http_req_duration: latency } = JSON.parse(readFileSync(summary, 'utf8')).metrics
  return {
    figures: { p50: latency['p(50)'], p99: latency['p(99)'], 'p99.9': latency['p(99.9)'] },
    cpuMs,
  }
}

/** Runs a command on the generator's core. Returns its output and its CPU time. */
function timed(command, args, env = {}) {
  const line = [...generatorCommand, command, ...args]
  const script = 'TIMEFORMAT="%U %S"; { time "$@" 2>/dev/null >&3; } 3>&1 2>"$TIMES"'
  const times = join(process.env.TMPDIR ?? '/tmp', `perfctl-times-${process.pid}`)
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...line], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, ...env, TIMES: times },
  })
  const [user, system] = readFileSync(times, 'utf8').trim().split(' ').map(Number)
  rmSync(times)
  return { out: stdout, cpuMs: (user + system) * 1000 }
}
