/**
 * The functions of templates: what they take, which is checked when the scenario is read. Their results are computed
 * by the plan in each iteration. A filter is a function whose first argument comes from the left of a `|`: `x |
 * slice(0, 8)` is `slice(x, 0, 8)`.
 */

import type { Literal } from '../model/template.js'
import { quoted } from '../yaml/tree.js'
import { dateFormatProblem, parseDateRange } from './dates.js'

/** The kind of an argument. A `number` may also be numeric text, since files contain text. */
type Kind = 'whole' | 'number' | 'text' | 'any'

/** An argument if it is known before the run; undefined otherwise. */
export type Known = Literal | undefined

/** A template function. */
export interface TemplateFunction {
  readonly name: string
  /** A correct call, for hints. */
  readonly example: string
  readonly description: string
  readonly takes: readonly Kind[]
  /** The number of required arguments; default: all. */
  readonly required?: number
  /** The last kind may be repeated. */
  readonly isVariadic?: boolean
  /** May be used after a `|`. */
  readonly isFilter?: boolean
  /** The problem of arguments of the right number and kind; null if there is none. */
  check?(args: readonly Known[]): string | null
}

const ALGORITHMS = ['sha256', 'sha512', 'sha384', 'sha224', 'sha1', 'md5']
const ENCODINGS = ['hex', 'base64', 'base64url']

/** Words that are common arguments and no secrets. */
export const ARGUMENT_WORDS: ReadonlySet<string> = new Set([...ALGORITHMS, ...ENCODINGS])

/** All template functions. */
export const FUNCTIONS: readonly TemplateFunction[] = [
  {
    name: 'randomInt',
    example: 'randomInt(1, 1000)',
    description: 'a random integer in this range, both ends included',
    takes: ['whole', 'whole'],
    check: checkRandomInt,
  },
  {
    name: 'randomFloat',
    example: 'randomFloat(1, 100, 2)',
    description: 'a random number in this range, with this many decimals',
    takes: ['number', 'number', 'whole'],
    required: 2,
    check: ([from, to, digits]) =>
      rising('randomFloat', from, to) ?? within('the number of decimals', digits, { least: 0, most: 12 }),
  },
  {
    name: 'randomString',
    example: 'randomString(12)',
    description:
      'random text of this length, from letters and digits or from the characters of a second argument',
    takes: ['whole', 'text'],
    required: 1,
    check: ([length, alphabet]) =>
      within('the length', length, { least: 1, most: 100_000 }) ??
      (alphabet === '' ? 'the set of characters is empty' : null),
  },
  {
    name: 'uuid',
    example: 'uuid()',
    description: 'a random UUID (version 4)',
    takes: [],
  },
  {
    name: 'pick',
    example: "pick('red', 'green')",
    description: 'a random argument, or a random entry of a list',
    takes: ['any'],
    isVariadic: true,
    isFilter: true,
    check: ([only, ...others]) =>
      others.length === 0 && only !== undefined ? 'pick takes two or more values, or one list' : null,
  },
  {
    name: 'date',
    example: "date('+1d..+30d')",
    description: 'a date (YYYY-MM-DD) relative to today; a random one from a range',
    takes: ['text', 'text'],
    required: 1,
    check: ([range, format]) =>
      typeof range === 'string' && parseDateRange(range) === null
        ? 'date takes a duration from now, or a range with the earlier end first'
        : checkFormat(format),
  },
  {
    name: 'now',
    example: 'now()',
    description: 'the time of the request in UTC, in ISO 8601 or a format such as YYYY-MM-DD HH:mm:ss',
    takes: ['text'],
    required: 0,
    check: ([format]) => checkFormat(format),
  },
  {
    name: 'timestamp',
    example: 'timestamp()',
    description: "the time of the request in ms since 1970; timestamp('s') in seconds",
    takes: ['text'],
    required: 0,
    check: ([unit]) => oneOf('the unit', unit, ['ms', 's']),
  },
  {
    name: 'counter',
    example: 'counter(1)',
    description: 'a unique number for each iteration, from 1 or another start',
    takes: ['whole'],
    required: 0,
  },
  {
    name: 'iteration',
    example: 'iteration()',
    description: 'the number of the iteration, starting at 0',
    takes: [],
  },
  { name: 'vu', example: 'vu()', description: 'the number of the virtual user, starting at 1', takes: [] },
  {
    name: 'env',
    example: "env('NAME')",
    description: 'an environment variable, encoded for its context; a second argument is its default',
    takes: ['text', 'text'],
    required: 1,
  },
  {
    name: 'concat',
    example: "concat(a, ':', b)",
    description: 'its arguments joined into one text',
    takes: ['any'],
    isVariadic: true,
    isFilter: true,
  },
  filter('base64', 'base64', 'the text encoded in base64'),
  filter('base64decode', 'base64decode', 'the text decoded from base64'),
  filter('urlencode', 'urlencode', 'the text percent-encoded; not needed in URLs, which are encoded anyway'),
  {
    name: 'hash',
    example: "hash('text', 'sha256')",
    description: 'the hash of a text: sha256 (or sha1, sha512, md5), in hex (or base64, base64url)',
    takes: ['any', 'text', 'text'],
    required: 1,
    isFilter: true,
    check: ([, algorithm, encoding]) => checkDigest(algorithm, encoding),
  },
  {
    name: 'hmac',
    example: "hmac('text', env('KEY'))",
    description: 'the HMAC of a text, with algorithm and encoding as for hash',
    takes: ['any', 'text', 'text', 'text'],
    required: 2,
    isFilter: true,
    check: ([, , algorithm, encoding]) => checkDigest(algorithm, encoding),
  },
  filter('upper', 'upper', 'the text in upper case'),
  filter('lower', 'lower', 'the text in lower case'),
  filter('trim', 'trim', 'the text without surrounding spaces'),
  filter('default', "default('none')", 'the value, or another one if it is missing or empty', ['any']),
  filter('json', 'json', 'the value as JSON text'),
  filter('length', 'length', 'the number of characters, entries or keys'),
  filter(
    'slice',
    'slice(0, 8)',
    'part of a text or list, from one index up to another',
    ['whole', 'whole'],
    1,
  ),
  filter('replace', "replace('a', 'b')", 'the text with each occurrence of another text replaced', [
    'text',
    'text',
  ]),
  filter('toInt', 'toInt', 'the integer in a text', [], 0, 'number'),
  filter('number', 'number', 'the value as a number', [], 0, 'number'),
  filter('string', 'string', 'the value as text'),
  filter('first', 'first', 'the first entry or character'),
  filter('last', 'last', 'the last entry or character'),
  filter('join', "join(',')", 'the entries of a list joined into one text', ['text'], 0),
  filter('add', 'add(1)', 'the value plus a number', ['number'], 1, 'number'),
]

/** Function names of other tools, and the name here. */
export const FUNCTION_SYNONYMS: Readonly<Record<string, string>> = {
  randomNumber: 'randomInt',
  randomIntBetween: 'randomInt',
  randomItem: 'pick',
  guid: 'uuid',
  uuidv4: 'uuid',
  isoTimestamp: 'now',
  __VU: 'vu',
  __ITER: 'iteration',
  encodeURIComponent: 'urlencode',
  url_encode: 'urlencode',
  btoa: 'base64',
  atob: 'base64decode',
  sha256: 'hash',
  md5: 'hash',
  sha1: 'hash',
  tojson: 'json',
  toUpperCase: 'upper',
  uppercase: 'upper',
  upcase: 'upper',
  toLowerCase: 'lower',
  lowercase: 'lower',
  downcase: 'lower',
  int: 'toInt',
  size: 'length',
  count: 'length',
  plus: 'add',
}

function filter(
  name: string,
  use: string,
  description: string,
  more: readonly Kind[] = [],
  required = more.length,
  of: Kind = 'any',
): TemplateFunction {
  return {
    name,
    example: `x | ${use}`,
    description,
    takes: [of, ...more],
    required: required + 1,
    isFilter: true,
  }
}

/** The problem of a single argument; null if there is none. */
export function kindProblem(kind: Kind, value: Known): string | null {
  if (value === undefined || kind === 'any') return null
  const shown = typeof value === 'string' ? quoted(value) : String(value)
  if (kind === 'text') return typeof value === 'string' ? null : `expected text in quotes, got ${shown}`
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (kind === 'number')
    return typeof number === 'number' && Number.isFinite(number) ? null : `expected a number, got ${shown}`
  return Number.isSafeInteger(number) ? null : `expected a whole number, got ${shown}`
}

function checkRandomInt([from, to]: readonly Known[]): string | null {
  if (from === undefined || to === undefined) return null
  // A wider range has numbers that could never be drawn.
  return (
    rising('randomInt', from, to) ??
    (Number(to) - Number(from) < Number.MAX_SAFE_INTEGER ? null : 'randomInt can span at most 2^53 numbers')
  )
}

function rising(name: string, from: Known, to: Known): string | null {
  if (from === undefined || to === undefined || Number(from) <= Number(to)) return null
  return `${name} takes the smaller number first, got ${from} and ${to}`
}

function within(what: string, value: Known, { least, most }: { least: number; most: number }): string | null {
  if (value === undefined || (Number(value) >= least && Number(value) <= most)) return null
  return `${what} must be from ${least} to ${most}, got ${value}`
}

function oneOf(what: string, value: Known, words: readonly string[]): string | null {
  if (value === undefined || words.includes(String(value))) return null
  return `${what} must be one of ${words.join(', ')}, got ${quoted(String(value))}`
}

function checkFormat(format: Known): string | null {
  return typeof format === 'string' ? dateFormatProblem(format) : null
}

function checkDigest(algorithm: Known, encoding: Known): string | null {
  return oneOf('the algorithm', algorithm, ALGORITHMS) ?? oneOf('the encoding', encoding, ENCODINGS)
}
