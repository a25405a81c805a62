/**
 * Checks verdicts: `perfctl ab` measures two servers of known latency. Identical ones must not be reported as
 * regressed, a slower one must be. Every pair has fresh servers.
 *
 *   npm run bench:live                                10 identical pairs, 15 s of each side
 *   npm run bench:live -- --pairs 40 --hog            … with a CPU hog coming and going
 *   npm run bench:live -- --factor 1.2                b 20 % slower; with --path /list only there
 *   npm run bench:live -- --tail --seconds 60         b's slow 2 % take half as long again
 *   npm run bench:live -- --stall once|often          b frozen for 5 s, or for 300 ms every 5 s
 *   npm run bench:live -- --cpu 1.15                  b needs 15 % more CPU time, with the same latency; 1: as much
 *   npm run bench:live -- --errors | --gone           b responds to 0.5 % with 500; to one path with 404
 *   npm run bench:live -- --starve                    perfctl shares a core with a hog, and the load is too high
 *
 * More options: --rate N (per second), --error-tolerance (1pp, with --errors 0.1pp: changes within it must not regress),
 * --seed N, --keep DIR (for the result files). Exits 1 if a verdict is wrong.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startHog } from './live/children.js'
import { runPair } from './live/pair.js'

const { values: flags } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '15' },
    factor: { type: 'string', default: '1' },
    path: { type: 'string' },
    tail: { type: 'boolean', default: false },
    stall: { type: 'string' },
    errors: { type: 'boolean', default: false },
    cpu: { type: 'string' },
    gone: { type: 'boolean', default: false },
    starve: { type: 'boolean', default: false },
    hog: { type: 'boolean', default: false },
    rate: { type: 'string' },
    'error-tolerance': { type: 'string' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
})

const METRICS = ['p50', 'p95', 'p99', 'error_rate', ...(flags.cpu ? ['cpu_per_request'] : [])]
/** CPU time of each request with --cpu, and requests per second. */
const BURN_MS = 3
const BURN_RATE = '30'
const GENERATOR_CORE = ['taskset', '-c', '1']
const seconds = Number(flags.seconds)
const seed = Number(flags.seed)
const directory = flags.keep ? resolve(flags.keep) : mkdtempSync(join(tmpdir(), 'perfctl-live-'))
mkdirSync(directory, { recursive: true })

const hogs = [
  ...(flags.hog ? [startHog({ SEED: String(seed) })] : []),
  ...(flags.starve ? [startHog({ ALWAYS: '1' }, GENERATOR_CORE)] : []),
]
try {
  const { title, knobs, isRight } = readQuestion()
  const pairs = []
  for (let index = 0; index < Number(flags.pairs); index++) {
    const pair = await runPair({
      knobs,
      stalls: planStalls(),
      rate: flags.rate ?? (flags.cpu ? BURN_RATE : flags.starve ? '30000' : flags.tail ? '500' : '400'),
      seconds,
      errorTolerance: flags['error-tolerance'] ?? (flags.errors ? '0.1pp' : '1pp'),
      seed: seed + index,
      directory,
      cpu: flags.cpu ? { ms: BURN_MS, factor: Number(flags.cpu) } : null,
      command: flags.starve ? GENERATOR_CORE : [],
    })
    const read = readPair(pair)
    pairs.push(read)
    say(`pair ${seed + index}: ${describe(read)}${isRight(read) ? '' : '   WRONG'}`)
    if (!isRight(read)) process.exitCode = 1
    if (read.verdict === 'none') say(pair.said)
  }
  say(table(title, pairs))
} finally {
  await Promise.all(hogs.map((hog) => hog.stop()))
  if (!flags.keep) rmSync(directory, { recursive: true })
}

/** What is changed in b, and which verdicts are right. */
function readQuestion() {
  const isRed = ({ verdict }) => verdict === 'regressed'
  const isCalm = (pair) => !isRed(pair) && pair.verdict !== 'none'
  const where = flags.path ? { PATH_ONLY: flags.path } : {}
  const question = (title, knobs, isRight) => ({
    title: `${title}${flags.hog ? ', a hog coming and going' : ''}, ${seconds} s a side`,
    knobs,
    isRight,
  })
  if (flags.starve) return question('starved generator', {}, (pair) => pair.code === 4)
  if (flags.cpu) {
    const isRight = (pair) => pair.red.cpu_per_request > 0 === Number(flags.cpu) > 1
    return question(`CPU time × ${flags.cpu}, equal latency`, {}, isRight)
  }
  if (flags.tail) {
    const isTailOnly = (pair) => pair.red.p99 > 0 && pair.red.p50 === 0
    return question('slow 2 % +50 %', { TAIL_FACTOR: '1.5', ...where }, isTailOnly)
  }
  if (flags.stall === 'once')
    return question('one stall of 5 s', {}, (pair) => pair.red.p50 + pair.red.p95 === 0)
  if (flags.stall === 'often') return question('stalls of 300 ms every 5 s', {}, (pair) => pair.red.p99 > 0)
  if (flags.errors) return question('0.5 % of 500s', { ERRORS: '0.005' }, (pair) => pair.red.error_rate > 0)
  if (flags.gone) return question('a path with 404', { GONE: flags.path ?? '/details' }, isRed)
  const factor = Number(flags.factor)
  if (factor === 1) return question('identical', {}, isCalm)
  return question(`factor ${factor}`, { FACTOR: flags.factor, ...where }, factor > 1 ? isRed : isCalm)
}

/** When b is frozen, in ms since perfctl was started; the load begins about 3.5 s later. */
function planStalls() {
  if (flags.stall === undefined) return []
  if (flags.stall === 'once') return [{ at: 3_500 + seconds * 1_000, lasts: 5_000 }]
  return Array.from({ length: Math.ceil((2 * seconds) / 5) }, (_, index) => ({
    at: 4_700 + index * 5_000,
    lasts: 300,
  }))
}

/** The verdict, the number of regressed rows per metric, and each metric's mean change over all judged requests. */
function readPair({ code, result }) {
  const rows = result?.comparison?.metrics ?? []
  const isKnown = ({ metric, interval, verdict }) =>
    metric === 'error_rate' || interval !== null || verdict === 'regressed'
  const of = (metric) => rows.filter((row) => row.metric === metric && isKnown(row))
  const each = (read) => Object.fromEntries(METRICS.map((metric) => [metric, read(of(metric))]))
  return {
    code,
    verdict: result === null ? 'none' : (result.comparison?.verdict ?? result.verdict),
    secondsOfEach: result === null ? 0 : Math.round(result.durationSeconds / 2),
    red: each((lines) => lines.filter(({ verdict }) => verdict === 'regressed').length),
    change: each((lines) => mean(lines.map(({ change }) => change).filter((change) => change !== null))),
    notes: result?.comparison?.notes ?? [],
  }
}

function describe({ verdict, code, secondsOfEach, red, change, notes }) {
  const figures = METRICS.map(
    (metric) => `${metric} ${percent(change[metric])}${red[metric] > 0 ? ' red' : ''}`,
  )
  const doubts = notes.filter((note) => !note.startsWith('throughput is not compared'))
  return `${verdict} (exit ${code}) after ${secondsOfEach}s: ${figures.join(', ')}${doubts.map((note) => `\n    ${note}`).join('')}`
}

function table(title, pairs) {
  const count = (verdict) => pairs.filter((pair) => pair.verdict === verdict).length
  const verdicts = ['regressed', 'inconclusive', 'passed', 'improved'].map(count)
  const shown = METRICS.filter((metric) => metric !== 'error_rate')
  const changes = shown.map((metric) => {
    const values = pairs.map(({ change }) => change[metric]).filter(Number.isFinite)
    return `${percent(mean(values))} ± ${percent(deviation(values)).slice(1)}`
  })
  const rows = [
    ['', 'pairs', 'red', 'inconclusive', 'passed', 'improved', ...shown],
    [title, pairs.length, ...verdicts, ...changes],
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  const line = (row) =>
    row
      .map((cell, column) => String(cell).padEnd(widths[column]))
      .join('  ')
      .trimEnd()
  return `\n${rows.map(line).join('\n')}`
}

function mean(values) {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values) {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

function percent(share) {
  if (!Number.isFinite(share)) return ' -'
  return `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(1)}%`
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
