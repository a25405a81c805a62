/**
 * The functions of `{{ ... }}` that depend on the iteration: its random numbers, its index, its time. Their names and
 * constant arguments were checked when the scenario was read (`scenario/functions.ts`).
 */
import { formatDate, parseDateFormat, parseDateRange } from '../scenario/template/dates.js'
import { pureFunction } from './filters.js'
import type { IterationContext } from './iteration-values.js'
import { numberOf, textOf, ValueError, wholeOf } from './values.js'

/** Computes a value for the current iteration of `draws`. */
export type Call = (draws: IterationContext) => unknown

/** An argument: constant or computed. */
export type Operand = Constant | Call

/** A value that is the same in every iteration. */
export class Constant {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/** Compiles a call of function `name`. Throws if it's unknown, which the reader has ruled out. */
export function callFunction(name: string, args: readonly Operand[]): Operand {
  const make = Object.hasOwn(DRAWN, name) ? DRAWN[name] : undefined
  return make === undefined ? applyPure(pureFunction(name), args) : make(args)
}

/**
 * Evaluates calls with only constant arguments now. If that fails, the call is retried, and fails, when its value is
 * needed.
 */
function applyPure(fn: (...values: readonly unknown[]) => unknown, args: readonly Operand[]): Operand {
  if (args.every((arg) => arg instanceof Constant)) {
    const values = args.map(({ value }) => value)
    try {
      return new Constant(fn(...values))
    } catch {
      return () => fn(...values)
    }
  }
  const calls = args.map(callOf)
  const [first, second] = calls as [Call, Call]
  if (calls.length === 1) return (draws) => fn(first(draws))
  if (calls.length === 2) return (draws) => fn(first(draws), second(draws))
  return (draws) => fn(...calls.map((call) => call(draws)))
}

function callOf(operand: Operand): Call {
  if (!(operand instanceof Constant)) return operand
  const { value } = operand
  return () => value
}

function option<T>(
  operand: Operand | undefined,
  fallback: T,
  read: (value: unknown) => T,
): (draws: IterationContext) => T {
  if (operand === undefined) return () => fallback
  if (operand instanceof Constant) {
    const value = read(operand.value)
    return () => value
  }
  return (draws) => read(operand(draws))
}

const DRAWN: Readonly<Record<string, (args: readonly Operand[]) => Call>> = {
  randomInt: ([from, to]) => {
    const lower = option(from, 0, (value) => wholeOf(value, 'randomInt'))
    const upper = option(to, 0, (value) => wholeOf(value, 'randomInt'))
    if (!(from instanceof Constant && to instanceof Constant))
      return (draws) => between(draws, lower(draws), upper(draws))
    const [low, high] = [Number(from.value), Number(to.value)]
    return (draws) => draws.random.integer(low, high)
  },
  randomFloat: ([from, to, digits]) => {
    const lower = option(from, 0, (value) => numberOf(value, 'randomFloat'))
    const upper = option(to, 0, (value) => numberOf(value, 'randomFloat'))
    const places = option<number | null>(digits, null, (value) => wholeOf(value, 'randomFloat'))
    return (draws) => {
      const [low, high, after] = [lower(draws), upper(draws), places(draws)]
      if (after === null) return low + (high - low) * draws.random.float()
      const unit = 10 ** after
      return between(draws, Math.round(low * unit), Math.round(high * unit)) / unit
    }
  },
  randomString: ([length, alphabet]) => {
    const size = option(length, 0, (value) => wholeOf(value, 'randomString'))
    const letters = option(alphabet, ALPHANUMERIC, (value) => [...textOf(value)])
    return (draws) => {
      const [count, from] = [size(draws), letters(draws)]
      if (from.length === 0) throw new ValueError('randomString needs at least one character')
      let text = ''
      for (let i = 0; i < count; i++) text += from[draws.random.integer(0, from.length - 1)]!
      return text
    }
  },
  uuid: () => makeUuid,
  // Not available in templates: `http.trace` uses it.
  traceparent: () => makeTraceparent,
  pick: (args) => {
    const calls = args.map(callOf)
    if (calls.length > 1) return (draws) => calls[draws.random.integer(0, calls.length - 1)]!(draws)
    return (draws) => {
      const list = calls[0]!(draws)
      if (Array.isArray(list) && list.length > 0) return list[draws.random.integer(0, list.length - 1)]
      throw new ValueError('pick expects a list that is not empty')
    }
  },
  date: ([range, format]) => {
    const distance = option(range, [0, 0] as const, (value) => readRange(textOf(value)))
    const shape = option(format, null, (value) => parseDateFormat(textOf(value)))
    return (draws) => {
      const { random, today } = draws
      const [from, to] = distance(draws)
      const wanted = shape(draws)
      if (wanted?.hasTime) return formatDate(random.integer(today + from, today + to), wanted)
      const day = random.integer(dayOf(today + from), dayOf(today + to))
      return wanted === null ? formatDay(day) : formatDate(day * DAY_MS, wanted)
    }
  },
  now: ([format]) => {
    const shape = option(format, parseDateFormat('iso'), (value) => parseDateFormat(textOf(value)))
    return (draws) => formatDate(draws.moment(), shape(draws))
  },
  timestamp: ([unit]) => {
    const wanted = option(unit, 'ms', textOf)
    return (draws) => (wanted(draws) === 's' ? Math.floor(draws.moment() / 1000) : draws.moment())
  },
  counter: ([start]) => {
    const first = option(start, 1, (value) => wholeOf(value, 'counter'))
    return (draws) => first(draws) + draws.iteration + (draws.isWarmup ? WARMUP_COUNT : 0)
  },
  iteration: () => (draws) => draws.iteration,
  vu: () => (draws) => draws.vu + 1,
}

/** Warm-up iterations have their own numbers. This offset keeps them unique within a run. */
const WARMUP_COUNT = 1_000_000_000

const ALPHANUMERIC = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789']

function between({ random }: IterationContext, from: number, to: number): number {
  if (to < from) throw new ValueError('the smaller number must come first')
  return random.integer(from, to)
}

function readRange(text: string): readonly [number, number] {
  const range = parseDateRange(text)
  if (range === null) throw new ValueError('date expects a range from now, such as +1d..+30d')
  return range
}

/** A version 4 UUID (RFC 9562) from the iteration's random numbers, so that a seed reproduces it. */
function makeUuid({ random }: IterationContext): string {
  const a = random.uint32()
  const b = (random.uint32() & 0xffff0fff) | 0x4000
  const c = (random.uint32() & 0x3fffffff) | 0x80000000
  const d = random.uint32()
  return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(b)}-${hex16(c >>> 16)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`
}

/** A sampled trace with its first span (W3C Trace Context, version 00). Neither id is all zeros. */
function makeTraceparent({ random }: IterationContext): string {
  const word = () => {
    const value = random.uint32()
    return hex16(value >>> 16) + hex16(value)
  }
  const trace = word() + word() + word()
  return `00-${trace}${hex16(random.uint32())}${hex16(random.uint32() | 1)}-${word()}${hex16(random.uint32())}${hex16(random.uint32() | 1)}-01`
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The low 16 bits as four hex digits, from a table: with `toString`, a body with a UUID took twice as long to make. */
function hex16(value: number): string {
  return HEX[(value >>> 8) & 0xff]! + HEX[value & 0xff]!
}

const DAY_MS = 86_400_000

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}

function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
