/**
 * The functions of `{{ ... }}`. Their names and arguments were checked when the scenario was read
 * (`scenario/template.ts`); here they only run.
 */
import { parseDateRange } from '../scenario/functions.js'
import type { Draws } from './draws.js'
import type { Value } from './template.js'

type Argument = string | number
type Call = (draws: Draws) => Value

const FUNCTIONS: Readonly<Record<string, (...args: Argument[]) => Call>> = {
  randomInt: (from, to) => (draws) => draws.random.integer(Number(from), Number(to)),
  uuid: () => makeUuid,
  // Of no template: what `http.trace` sends.
  traceparent: () => makeTraceparent,
  date: (range) => {
    const [from, to] = parseDateRange(String(range)) ?? [0, 0]
    return ({ random, today }) => formatDay(random.integer(dayOf(today + from), dayOf(today + to)))
  },
}

/** The function `name` with its arguments in place. Throws for an unknown one: the reader let none through. */
export function callFunction(name: string, args: readonly Argument[]): Call {
  const make = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (make === undefined) throw new Error(`no function ${name}`)
  return make(...args)
}

/** A version 4 UUID (RFC 9562) of this iteration's random numbers, so that a seed replays it. */
function makeUuid({ random }: Draws): string {
  const a = random.uint32()
  const b = (random.uint32() & 0xffff0fff) | 0x4000
  const c = (random.uint32() & 0x3fffffff) | 0x80000000
  const d = random.uint32()
  return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(b)}-${hex16(c >>> 16)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`
}

/** A sampled trace with its first span (W3C Trace Context, version 00); neither id is all zeros. */
function makeTraceparent({ random }: Draws): string {
  const word = () => {
    const value = random.uint32()
    return hex16(value >>> 16) + hex16(value)
  }
  const trace = word() + word() + word()
  return `00-${trace}${hex16(random.uint32())}${hex16(random.uint32() | 1)}-${word()}${hex16(random.uint32())}${hex16(random.uint32() | 1)}-01`
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The low 16 bits as four digits. By table: with `toString` a body with a UUID took twice as long to make. */
function hex16(value: number): string {
  return HEX[(value >>> 8) & 0xff]! + HEX[value & 0xff]!
}

const DAY_MS = 86_400_000

/** The day, in UTC, counted from 1970. */
function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}

/** A day counted from 1970 as `2026-11-21`. */
function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
