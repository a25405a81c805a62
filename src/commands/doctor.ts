/**
 * `perfctl doctor`: how much load can this machine send?
 */
import { EXIT, type ExitCode } from '../base/exit.js'
import { readEnvironment } from '../base/host.js'
import type { Io } from '../base/io.js'
import { readLimits } from '../base/limits.js'
import type { Page } from '../report/page.js'
import { wrap } from '../report/width.js'
import { type Check, examine } from './machine-checks.js'
import { checkSpeed, measureSpeed } from './machine-speed.js'
import { pageOf } from './report.js'

/** Prints the machine's limits and speed, what they mean for a load, and how to raise low ones. */
export async function doctor(flags: { color?: boolean }, io: Io): Promise<ExitCode> {
  const limits = readLimits()
  const { node } = readEnvironment()
  const limitsFound = examine(limits, node)
  const isUsable = limitsFound.every(({ state }) => state !== 'bad')
  const cores = Math.min(limits.cores, limits.coreQuota ?? limits.cores)
  const speed = isUsable ? checkSpeed(await measureSpeed(), cores) : null
  const checks = speed === null ? limitsFound : [...limitsFound, speed]
  io.stdout.write(render(checks, pageOf(io, flags.color ?? true)))
  return checks.some(({ state }) => state === 'bad') ? EXIT.error : EXIT.passed
}

/** Renders the list, with a newline at the end. */
export function render(checks: readonly Check[], page: Page): string {
  const { style, width, ascii } = page
  const marks = ascii ? { good: 'ok', doubtful: '! ', bad: 'x ' } : { good: '✓', doubtful: '!', bad: '✗' }
  const paints = { good: style.green, doubtful: style.yellow, bad: style.red }
  const nameWidth = Math.max(...checks.map(({ name }) => name.length))
  const valueWidth = Math.max(...checks.map(({ value }) => value.length))
  const indent = ' '.repeat(marks.good.length + nameWidth + valueWidth + 5)
  const lines = checks.flatMap(({ state, name, value, meaning, fix }) => {
    const start = `${marks[state]} ${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  `
    const line = wrap(start + meaning, width, indent).replace(marks[state], paints[state](marks[state]))
    return fix === null
      ? [line]
      : [line, style.dim(wrap(`${' '.repeat(marks.good.length + 1)}fix: ${fix}`, width, '    '))]
  })
  return `${lines.join('\n')}\n`
}
