/** One `perfctl ab` session against two targets of our own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stall, startTarget } from './children.js'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/**
 * Runs perfctl against two fresh targets, where b has the `knobs`. Returns its exit code and the result of b, or null
 * if there is none. `stalls` freezes b; `command` prefixes perfctl, for example to pin it to a core. `cpu`: both targets burn so many
 * ms of CPU time per request, b so many times as much; perfctl observes it.
 */
export async function runPair({
  knobs,
  stalls,
  rate,
  seconds,
  errorTolerance,
  seed,
  directory,
  command = [],
  cpu = null,
}) {
  const burn = (factor) => (cpu === null ? {} : { BURN_MS: String(cpu.ms * factor) })
  const a = await startTarget({ SEED: String(2 * seed), ...burn(1) })
  const b = await startTarget({ SEED: String(2 * seed + 1), ...knobs, ...burn(cpu?.factor) })
  const over = new AbortController()
  try {
    const file = join(directory, `pair-${seed}.json`)
    const [program, ...args] = [
      ...[
        ...command,
        process.execPath,
        here('../../bin/perfctl.js'),
        'ab',
        here(cpu === null ? 'scenario.yaml' : 'cpu.yaml'),
      ],
      ...['--a', a.url, '--b', b.url, '--max-duration', `${seconds}s`, '--seed', String(seed)],
      ...[
        '-e',
        `PORT=${new URL(a.url).port}`,
        '-e',
        `RATE=${rate}`,
        '-e',
        `ERROR_TOLERANCE=${errorTolerance}`,
        '--inconclusive',
        'fail',
      ],
      ...['--results-dir', directory, '--report', `json=${file}`],
    ]
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    const stalled = stall(b.pid, stalls, over.signal)
    const [code] = await once(child, 'close')
    over.abort()
    await stalled
    return { code, said, result: readResult(file) }
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
