/**
 * Inputs nobody would write, for everything that perfctl reads: each is taken, or refused with a clean message.
 *
 *   npm run fuzz                              100,000 inputs with a seed of their own
 *   npm run fuzz -- --count 5000 --seed 7     fewer, and always the same ones
 *   npm run fuzz -- --only csv,flags          some targets only
 *   npm run fuzz -- --seed 7 --only csv --at 123     one input again
 *
 * Exits 1 when one of them fails. Inputs that do are saved in .perfctl/fuzz.
 */
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fuzz, inputOf, sharesOf, TARGET_NAMES } from './fuzz.js'
import { show } from './targets.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1e6)) },
    count: { type: 'string', default: '100000' },
    only: { type: 'string', default: TARGET_NAMES.join(',') },
    at: { type: 'string' },
  },
})
const { seed } = values
const names = values.only.split(',')
const unknown = names.find((name) => !TARGET_NAMES.includes(name))
if (unknown !== undefined) {
  say(`there is no target ${unknown}; the targets are ${TARGET_NAMES.join(', ')}`)
  process.exit(2)
}
let faults = 0
if (values.at !== undefined) await again(Number(values.at))
else await all()
process.exitCode = faults > 0 ? 1 : 0

async function again(index) {
  for (const name of names) {
    say(`${name} ${index}: ${show(inputOf({ seed, name, index }))}`)
    for (const { fault } of await fuzz({ seed, name, from: index, to: index + 1 })) {
      faults++
      say(`  ${fault}`)
    }
  }
}

async function all() {
  say(`seed ${seed}`)
  for (const { name, count } of sharesOf(Number(values.count), names)) {
    const begin = process.cpuUsage()
    const found = await fuzz({ seed, name, to: count })
    const kinds = byKind(found)
    faults += found.length
    const { user, system } = process.cpuUsage(begin)
    const seconds = ((user + system) / 1e6).toFixed(1)
    say(`${name}: ${count} inputs in ${seconds} s of CPU, ${found.length} fail in ${kinds.length} ways`)
    for (const { fault, index, times } of kinds) {
      say(`  ${fault} (${times})`)
      say(`    ${save(name, index)}`)
      say(`    npm run fuzz -- --seed ${seed} --only ${name} --at ${index}`)
    }
  }
}

/** One of each kind, with how often it came. */
function byKind(found) {
  const kinds = new Map()
  for (const { index, fault } of found) {
    const key = fault.replace(/\d+|"(?:[^"\\]|\\.)*"|\[.*\]/g, '#').slice(0, 90)
    const known = kinds.get(key)
    if (known === undefined) kinds.set(key, { index, fault, times: 1 })
    else known.times++
  }
  return [...kinds.values()]
}

function save(name, index) {
  const input = inputOf({ seed, name, index })
  if (Array.isArray(input)) return show(input)
  const folder = new URL('../../.perfctl/fuzz/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = `${name}-${seed}-${index}`
  writeFileSync(new URL(file, folder), input)
  return `.perfctl/fuzz/${file}: ${show(input).slice(0, 200)}`
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
