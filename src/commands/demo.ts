/**
 * `perfctl demo`: runs the built-in demo service in this process until Ctrl-C.
 */
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import {
  formatDuration,
  formatRate,
  formatShare,
  formatSizeRate,
  parseDuration,
  parseRate,
  parseRatio,
  parseSizeRate,
} from '../base/units.js'
import { DEMO_DEFAULTS, type DemoOptions, type Stall } from '../demo/options.js'
import { createDemo } from '../demo/service.js'

/** The flags of `perfctl demo`, as typed. */
export interface DemoFlags {
  readonly host?: string
  readonly port?: string
  readonly slow?: string
  readonly slowDb?: string
  readonly coldCache?: boolean
  readonly cpu?: string
  readonly leak?: string
  readonly errors?: string
  readonly stall?: string
  readonly capacity?: string
  readonly seed?: string
}

const DEFAULT_PORT = 3000

/** Runs the demo service until SIGINT or SIGTERM. Throws a UserError for an invalid flag or a port in use. */
export async function demo(flags: DemoFlags, io: Io): Promise<ExitCode> {
  const options = readFlags(flags)
  const service = createDemo(options)
  const url = await service.listen()
  io.stdout.write(`demo service on ${url}${describe(options)} – Ctrl-C stops it\n`)
  await new Promise<void>((resolve) => {
    const off = io.onSignal(() => {
      off()
      resolve()
    })
  })
  await service.close()
  return EXIT.passed
}

function readFlags(flags: DemoFlags): DemoOptions {
  return {
    host: flags.host ?? DEMO_DEFAULTS.host,
    port: flags.port === undefined ? DEFAULT_PORT : readPort(flags.port),
    slow: flags.slow === undefined ? DEMO_DEFAULTS.slow : readSlowness('--slow', flags.slow),
    slowDb: flags.slowDb === undefined ? DEMO_DEFAULTS.slowDb : readSlowness('--slow-db', flags.slowDb),
    coldCache: flags.coldCache ?? DEMO_DEFAULTS.coldCache,
    cpu: flags.cpu === undefined ? DEMO_DEFAULTS.cpu : readCpu(flags.cpu),
    leak: flags.leak === undefined ? DEMO_DEFAULTS.leak : readLeak(flags.leak),
    errors: flags.errors === undefined ? DEMO_DEFAULTS.errors : readShare(flags.errors),
    stall: flags.stall === undefined ? DEMO_DEFAULTS.stall : readStall(flags.stall),
    capacity: flags.capacity === undefined ? DEMO_DEFAULTS.capacity : readCapacity(flags.capacity),
    seed: flags.seed === undefined ? DEMO_DEFAULTS.seed : readSeed(flags.seed),
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw userError(
    `--port: "${text}" is not a port`,
    'write a number up to 65535, such as --port 3000; 0 picks a free port',
  )
}

function readSlowness(flag: string, text: string): number {
  const factor = readFactor(text)
  if (factor !== null && factor > 0) return factor
  throw userError(
    `${flag}: "${text}" is not a factor`,
    `write a number above 0, such as ${flag} 1.3 for 30 % slower`,
  )
}

function readCpu(text: string): number {
  const factor = readFactor(text)
  if (factor !== null && factor >= 1) return factor
  throw userError(
    `--cpu: "${text}" is not a factor of 1 or more`,
    'write a number, such as --cpu 1.3 for 30 % more CPU time',
  )
}

/** Reads `1.3` or `1.3x`; null for other texts and beyond a thousand. */
function readFactor(text: string): number | null {
  const factor = /^\d+(\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : Number.NaN
  return factor <= 1000 ? factor : null
}

function readLeak(text: string): number {
  const perMinute = parseSizeRate(text)
  if (perMinute !== null && perMinute > 0) return perMinute / 60
  throw userError(
    `--leak: "${text}" is not a size per time`,
    'write both, such as --leak 2MB/s or --leak 10MB/m',
  )
}

function readShare(text: string): number {
  const ratio = parseRatio(text)
  if (ratio !== null && ratio <= 1) return ratio
  throw userError(`--errors: "${text}" is not a share`, 'write a share from 0% to 100%, such as --errors 2%')
}

function readStall(text: string): Stall {
  const [forMs, everyMs, ...rest] = text.split('/').map(parseDuration)
  if (forMs && everyMs && forMs < everyMs && rest.length === 0) return { everyMs, forMs }
  throw userError(
    `--stall: "${text}" is not a stall time and interval`,
    'write both, such as --stall 200ms/5s for 200 ms every 5 s',
  )
}

function readCapacity(text: string): number {
  const perSecond = parseRate(text)
  if (perSecond !== null && perSecond >= 0.1 && perSecond <= 100_000) return perSecond
  throw userError(
    `--capacity: "${text}" is not a rate`,
    'write a rate from 0.1/s to 100000/s, such as --capacity 300/s',
  )
}

function readSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(seed)) return seed
  throw userError(`--seed: "${text}" is not a seed`, 'write a whole number, such as --seed 42')
}

/** What the flags make worse, as ` (slow x1.3, errors 2%)`; empty for a healthy service. */
function describe({ slow, slowDb, coldCache, cpu, leak, errors, stall, capacity }: DemoOptions): string {
  const parts = [
    slow === 1 ? null : `slow x${slow}`,
    slowDb === 1 ? null : `slow database x${slowDb}`,
    coldCache ? 'cold cache' : null,
    cpu === 1 ? null : `CPU time x${cpu}`,
    leak === 0 ? null : `leak ${formatSizeRate(leak * 60)}`,
    errors === 0 ? null : `errors ${formatShare(errors)}`,
    capacity === null ? null : `capacity ${formatRate(capacity)}`,
    stall === null ? null : `stall ${formatDuration(stall.forMs)} every ${formatDuration(stall.everyMs)}`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
