/**
 * Captures values from responses.
 */
import { Pattern } from '../../base/pattern.js'
import { type JsonPath, valueAt } from '../../scenario/blocks/json-path.js'
import { queryJson } from '../../scenario/blocks/json-query.js'
import type { Capture, Choice } from '../../scenario/model/capture.js'
import { type Body, faultOf } from './body.js'
import type { Redactor } from './redaction.js'
import type { ReceivedResponse } from './response.js'

/** A captured value, or why there is none. */
export interface Captured {
  readonly name: string
  readonly value: unknown
  /** Null if there is a value or a default. */
  readonly fault: string | null
}

/** A response to capture from. */
export interface Source {
  readonly answer: ReceivedResponse | null
  readonly body: Body
  readonly status: number
}

/** A random number of [0, 1), for `pick: random`. */
export type Uniform = () => number

interface CompiledCapture extends Capture {
  /** Null unless the capture uses a regular expression. */
  readonly pattern: Pattern | null
}

/** The captures of one request. */
export class Capturer {
  private readonly captures: readonly CompiledCapture[]
  private readonly redactor: Redactor

  constructor(captures: readonly Capture[], redactor: Redactor) {
    this.captures = captures.map((capture) => ({
      ...capture,
      pattern: capture.from.type === 'regex' ? new Pattern(capture.from.pattern) : null,
    }))
    this.redactor = redactor
  }

  /** Puts all values into `variables`. Returns the first problem, or null. */
  capture(source: Source, variables: Map<string, unknown>, random: Uniform): string | null {
    for (const capture of this.captures) {
      const { name, value, fault } = this.take(capture, source, random)
      if (fault !== null) return fault
      variables.set(name, value)
    }
    return null
  }

  /** All captures with their values or problems. */
  all(source: Source, random: Uniform): Captured[] {
    return this.captures.map((capture) => this.take(capture, source, random))
  }

  private take(
    { name, from, pattern, fallback }: CompiledCapture,
    source: Source,
    random: Uniform,
  ): Captured {
    const found = look({ from, pattern }, source, random)
    if ('value' in found) return { name, value: found.value, fault: null }
    if (fallback !== undefined) return { name, value: fallback, fault: null }
    return { name, value: undefined, fault: `${name}: ${this.redactor.hide(found.fault)}` }
  }
}

type Found = { readonly value: unknown } | { readonly fault: string }

/** What to look for. */
type Wanted = Pick<CompiledCapture, 'from' | 'pattern'>

/** Deeper values could not be serialized into later requests: each level takes a stack frame. */
const DEPTH_MAX = 1000

const TOO_DEEP: Found = { fault: `the value is nested more than ${DEPTH_MAX} levels deep` }

function look(wanted: Wanted, source: Source, random: Uniform): Found {
  try {
    const found = find(wanted, source, random)
    return 'value' in found && isDeeper(found.value, DEPTH_MAX) ? TOO_DEEP : found
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

function find({ from, pattern }: Wanted, { answer, body, status }: Source, random: Uniform): Found {
  switch (from.type) {
    case 'status':
      return { value: status }
    case 'body':
      return { value: body.text() }
    case 'header': {
      const value = answer?.header(from.name) ?? null
      return value === null ? { fault: `no header ${from.name}` } : { value }
    }
    case 'cookie': {
      const value = cookieOf(answer, from.name)
      return value === null ? { fault: `no cookie ${from.name}` } : { value }
    }
    case 'regex': {
      const onlyFirst = from.pick === 'first'
      const values = pattern!.matches(body.text(), { onlyFirst, leftMs: body.leftMs })
      return choose(values, from.pick, random) ?? { fault: `the body does not match ${from.pattern}` }
    }
    case 'json': {
      const root = body.json()
      if (from.steps === null) {
        const values = queryJson(root, from.path, { onlyFirst: from.pick === 'first', leftMs: body.leftMs })
        const exact = values.map(({ value, location }) => exactly(value, location, body))
        return choose(exact, from.pick, random) ?? { fault: `${from.path} matches nothing` }
      }
      const value = valueAt(root, from.steps)
      if (value === undefined) return { fault: `${from.path} is missing` }
      return { value: exactly(value, from.steps, body) }
    }
  }
}

/**
 * Keeps all digits of a whole number that a float can't hold, such as a long id. This applies only to a
 * captured value itself; numbers within lists and maps stay as `JSON.parse` returns them.
 */
function exactly(value: unknown, path: JsonPath, body: Body): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  if (Number.isFinite(value) && !Number.isInteger(value)) return value
  const digits = body.digits(value, path)
  return WHOLE.test(digits) ? BigInt(digits) : digits
}

/** With more digits it is no id, and converting a million of them is slow. */
const WHOLE = /^-?\d{1,1000}$/

function choose(values: readonly unknown[], pick: Choice, random: Uniform) {
  if (pick === 'all') return { value: values }
  if (values.length === 0) return null
  if (pick === 'last') return { value: values.at(-1) }
  return { value: values[pick === 'first' ? 0 : Math.floor(random() * values.length)] }
}

/** The value of the last cookie with that name that the response sets. */
function cookieOf(answer: ReceivedResponse | null, name: string): string | null {
  const pair = (answer?.setCookies ?? [])
    .map((value) => value.split(';', 1)[0]!)
    .findLast((each) => each.slice(0, each.indexOf('=')).trim() === name)
  return pair === undefined ? null : pair.slice(pair.indexOf('=') + 1).trim()
}

/** Whether lists and maps are nested more deeply than `levels`. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true
  return false
}
