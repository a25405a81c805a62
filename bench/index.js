/**
 * Compares the speed of load generators. Generator and target are pinned to different cores, the tools take turns, and
 * only ratios of medians count: absolute rates differ from day to day.
 *
 *   npm run bench                 5 rounds of 3 s
 *   npm run bench -- --quick      2 rounds of 1 s, to see that it works
 *   npm run bench -- --save       saves the ratios as the new baseline (bench/ratios.json)
 *
 * Exits 1 if a ratio is more than 15 % below its baseline.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { measureMicro } from './micro.js'
import { startTarget } from './target.js'

const quick = process.argv.includes('--quick')
const ROUNDS = quick ? 2 : 5
const SECONDS = quick ? 1 : 3
const USERS = 50
const ALLOWED_LOSS = 0.15
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'perfctl-bench-'))
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0
const GENERATOR_CORE = '1'
const TARGET_CORE = '0'

const target = await startTarget({ directory, command: canPin ? ['taskset', '-c', TARGET_CORE] : [] })
try {
  const tools = findTools(target.url)
  const rates = await measure(tools)
  report(rates)
} finally {
  await target.stop()
  rmSync(directory, { recursive: true, force: true })
}

/** Each tool with a function that measures the rate of one run. */
function findTools(url) {
  const tools = {
    'perfctl, plain': () => perfctl('plain', url),
    'perfctl, realistic': () => perfctl('realistic', url),
    autocannon: () => {
      const bin = here('../node_modules/autocannon/autocannon.js')
      const warmup = ['-W', '[', '-c', String(USERS), '-d', '1', ']']
      const out = pinned(process.execPath, [
        bin,
        '-c',
        String(USERS),
        '-d',
        String(SECONDS),
        ...warmup,
        '-j',
        '-n',
        url,
      ])
      // It prints a result for the warm-up first.
      return JSON.parse(out.trim().split('\n').at(-1)).requests.average
    },
  }
  const optional = {
    wrk: () =>
      rateIn(pinned('wrk', ['-t1', `-c${USERS}`, `-d${SECONDS}s`, url]), /Requests\/sec:\s+([\d.]+)/),
    hey: () =>
      rateIn(
        pinned('hey', ['-c', String(USERS), '-z', `${SECONDS}s`, '-cpus', '1', url]),
        /Requests\/sec:\s+([\d.]+)/,
      ),
    k6: () => k6(url),
  }
  for (const [name, run] of Object.entries(optional)) {
    if (spawnSync('which', [name]).status === 0) tools[name] = run
  }
  return tools
}

function perfctl(scenario, url) {
  const result = join(directory, `${scenario}.json`)
  const args = ['run', here(`${scenario}.yaml`), '--target', url, '-u', String(USERS), '-d', `${SECONDS}s`]
  const flags = [
    '-q',
    '--workers',
    '1',
    '--no-baseline',
    '--results-dir',
    directory,
    '--report',
    `json=${result}`,
  ]
  pinned(process.execPath, [here('../bin/perfctl.js'), ...args, ...flags], { acceptFailure: true })
  const { totals } = JSON.parse(readFileSync(result, 'utf8'))
  if (totals.failed > 0) throw new Error(`perfctl, ${scenario}: ${totals.failed} requests failed`)
  return totals.throughput
}

function k6(url) {
  const script = join(directory, 'k6.js')
  const options = `{ vus: ${USERS}, duration: '${SECONDS}s' }`
  writeFileSync(
    script,
    `import http from 'k6/http'\nexport const options = ${options}\nexport default () => http.get('${url}')\n`,
  )
  return rateIn(
    pinned('k6', ['run', '--quiet', script], { env: { GOMAXPROCS: '1' } }),
    /http_reqs\S*:\s+\d+\s+([\d.]+)\/s/,
  )
}

function pinned(command, args, { acceptFailure = false, env = {} } = {}) {
  const line = canPin ? ['taskset', '-c', GENERATOR_CORE, command, ...args] : [command, ...args]
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } }
  if (!acceptFailure) return execFileSync(line[0], line.slice(1), options)
  return spawnSync(line[0], line.slice(1), options).stdout
}

function rateIn(text, pattern) {
  const match = pattern.exec(text)
  if (match === null) throw new Error(`no rate in:\n${text}`)
  return Number(match[1])
}

async function measure(tools) {
  const rates = Object.fromEntries(Object.keys(tools).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(tools)) {
      rates[name].push(run())
      await sleep(200)
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]))
}

function report(rates) {
  const plain = rates['perfctl, plain']
  say(
    `target: ${target.name}; ${USERS} users, ${ROUNDS} rounds of ${SECONDS} s${canPin ? ', generator and target on different cores' : ''}`,
  )
  for (const [name, rate] of Object.entries(rates)) {
    say(`  ${name.padEnd(20)} ${Math.round(rate).toLocaleString('en-US').padStart(9)} requests/s`)
  }
  const ratios = { 'realistic / plain': rates['perfctl, realistic'] / plain }
  for (const [name, rate] of Object.entries(rates)) {
    if (!name.startsWith('perfctl')) ratios[`perfctl / ${name}`] = plain / rate
  }
  say('micro-benchmarks, ns each:')
  for (const [name, ns] of Object.entries(measureMicro()))
    say(`  ${name.padEnd(32)} ${ns.toFixed(0).padStart(6)}`)
  judge(ratios)
}

function judge(ratios) {
  const file = here('ratios.json')
  const known = JSON.parse(readFileSync(file, 'utf8'))
  say('ratios:')
  for (const [name, ratio] of Object.entries(ratios)) {
    const before = known[name]
    const isWorse = before !== undefined && ratio < before * (1 - ALLOWED_LOSS)
    if (isWorse && !quick) process.exitCode = 1
    say(
      `  ${name.padEnd(20)} ${ratio.toFixed(2).padStart(6)}   baseline ${before?.toFixed(2) ?? 'none'}${isWorse ? '   WORSE' : ''}`,
    )
  }
  if (process.argv.includes('--save')) {
    const rounded = Object.fromEntries(
      Object.entries(ratios).map(([name, ratio]) => [name, Math.round(ratio * 100) / 100]),
    )
    writeFileSync(file, `${JSON.stringify({ ...known, ...rounded }, null, 2)}\n`)
    say('saved as the new baseline')
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
