/**
 * Measures how fast perfctl is, beside whatever other load generators are installed. Generator and target are pinned
 * to different cores, the tools of a case take turns, and only ratios of medians are judged: absolute figures differ
 * from day to day.
 *
 *   npm run bench                   3 rounds of 3 s
 *   npm run bench -- --quick        2 rounds of 1 s, to see that it works
 *   npm run bench -- --only HTTPS   the cases whose names contain that
 *   npm run bench -- --save         saves the ratios as the new baseline (bench/ratios.json)
 *
 * Exits 1 if a ratio is more than 15 % worse than its baseline.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { listCases } from './speed/cases.js'
import { measureMicro } from './speed/micro.js'
import { startTarget } from './speed/target.js'
import { canPin, targetCommand } from './speed/tools.js'

const ALLOWED_LOSS = 0.15
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})
const ROUNDS = flags.quick ? 2 : 3
const SECONDS = flags.quick ? 1 : 3

const directory = mkdtempSync(join(tmpdir(), 'perfctl-bench-'))
const target = await startTarget({ directory, command: targetCommand })
try {
  const where = canPin ? ', generator and target on different cores' : ''
  say(`target: ${target.name}; 50 users, ${ROUNDS} rounds of ${SECONDS} s${where}\n`)
  judge(await measureAll(listCases({ urls: target.urls, directory, seconds: SECONDS })))
  if (flags.only === '') {
    say('\nmicro-benchmarks, ns each:')
    for (const [name, ns] of Object.entries(measureMicro()))
      say(`  ${name.padEnd(32)} ${ns.toFixed(0).padStart(6)}`)
  }
} finally {
  await target.stop()
  rmSync(directory, { recursive: true, force: true })
}

/** Prints a row for each case. Returns the ratios of perfctl to the others, with whether less is better. */
async function measureAll(cases) {
  const ratios = {}
  const known = {}
  const asked = cases.filter(({ name }) => name.includes(flags.only))
  const compared = asked.flatMap(({ tools }) => Object.keys(tools))
  const wanted = cases.filter((each) => asked.includes(each) || compared.includes(each.name))
  for (const { name, unit, isTime, tools } of wanted) {
    const figures = await measure(tools)
    const perfctl = figures.perfctl
    known[name] = perfctl
    const cells = Object.keys(tools)
      .slice(1)
      .map((other) => {
        const ratio = perfctl / (figures[other] ?? known[other])
        ratios[`${name} / ${other}`] = { ratio, isTime }
        return `${ratio.toFixed(2)} x ${other}`
      })
    say(`  ${name.padEnd(24)} ${(format(perfctl) + unit).padStart(12)}   ${cells.join('   ')}`)
  }
  return ratios
}

/** The median figure of each tool. */
async function measure(tools) {
  const own = Object.entries(tools).filter(([, run]) => run !== null)
  const figures = Object.fromEntries(own.map(([name]) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of own) {
      figures[name].push(await run())
      await sleep(200)
    }
  }
  return Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, median(values)]))
}

function judge(ratios) {
  const file = fileURLToPath(new URL('ratios.json', import.meta.url))
  const known = JSON.parse(readFileSync(file, 'utf8'))
  say('\nratios:')
  for (const [name, { ratio, isTime }] of Object.entries(ratios)) {
    const before = known[name]
    const isWorse =
      before !== undefined &&
      (isTime ? ratio > before * (1 + ALLOWED_LOSS) : ratio < before * (1 - ALLOWED_LOSS))
    if (isWorse && !flags.quick) process.exitCode = 1
    const was = before?.toFixed(2) ?? 'none'
    say(`  ${name.padEnd(28)} ${ratio.toFixed(2).padStart(6)}   baseline ${was}${isWorse ? '   WORSE' : ''}`)
  }
  if (!flags.save) return
  const rounded = Object.entries(ratios).map(([name, { ratio }]) => [name, Math.round(ratio * 100) / 100])
  writeFileSync(file, `${JSON.stringify({ ...known, ...Object.fromEntries(rounded) }, null, 2)}\n`)
  say('saved as the new baseline')
}

function format(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
