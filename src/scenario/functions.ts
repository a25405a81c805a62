/**
 * The functions of templates, one row each: how many arguments, and which. What they give is worked out by the
 * plan, for every iteration.
 */
import { parseDuration } from '../base/units.js'

/** A function that may stand in `{{ ... }}`. */
export interface TemplateFunction {
  readonly name: string
  /** A call of it that is right, for hints. */
  readonly example: string
  readonly description: string
  readonly arity: number
  /** What is wrong with as many arguments as it takes; null when nothing is. */
  check(args: readonly (string | number)[]): string | null
}

/** All of them. */
export const FUNCTIONS: readonly TemplateFunction[] = [
  {
    name: 'randomInt',
    example: 'randomInt(1, 1000)',
    description: 'a whole number, each from the first to the last equally likely',
    arity: 2,
    check: checkRandomInt,
  },
  {
    name: 'date',
    example: "date('+1d..+30d')",
    description: 'a day (YYYY-MM-DD), that far from today; of a range, each day equally likely',
    arity: 1,
    check: ([range]) =>
      typeof range === 'string' && parseDateRange(range) !== null
        ? null
        : 'date takes the distance from now, as one duration or a rising range',
  },
  {
    name: 'uuid',
    example: 'uuid()',
    description: 'a random UUID (version 4)',
    arity: 0,
    check: () => null,
  },
]

/** `+1d`, `-12h`, `0` or a rising range `+1d..+30d`, as ms from now; null when malformed. */
export function parseDateRange(text: string): readonly [number, number] | null {
  const parts = text.split('..')
  if (parts.length > 2) return null
  const from = parseDistance(parts[0]!)
  const to = parts.length === 2 ? parseDistance(parts[1]!) : from
  return from === null || to === null || to < from ? null : [from, to]
}

function parseDistance(text: string): number | null {
  const [, sign, duration] = /^\s*([-+]?)(.*)$/.exec(text)!
  const ms = parseDuration(duration!)
  if (ms === null || ms > 100 * 365 * 86_400_000) return null
  return sign === '-' ? -ms : ms
}

function checkRandomInt(args: readonly (string | number)[]): string | null {
  if (!args.every((arg) => Number.isSafeInteger(arg))) return 'randomInt takes two whole numbers'
  const [from, to] = args as [number, number]
  if (to < from) return `randomInt takes the smaller number first, here ${from} is above ${to}`
  // Beyond that not every number could come up.
  return to - from < Number.MAX_SAFE_INTEGER ? null : 'randomInt can span at most 2^53 numbers'
}
