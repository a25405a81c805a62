/**
 * The functions of `{{ ... }}` that depend only on their arguments.
 */
import { createHash, createHmac } from 'node:crypto'
import { jsonOf, numberOf, textOf, ValueError, wholeOf } from './values.js'

type Pure = (...values: readonly unknown[]) => unknown

/** Returns the function of that name. Throws if it's unknown, which the reader has ruled out. */
export function pureFunction(name: string): Pure {
  const found = Object.hasOwn(PURE, name) ? PURE[name] : undefined
  if (found === undefined) throw new Error(`no function ${name}`)
  return found
}

const PURE: Readonly<Record<string, Pure>> = {
  concat: (...values) => values.map(textOf).join(''),
  base64: (value) => Buffer.from(textOf(value)).toString('base64'),
  base64decode: (value) => Buffer.from(textOf(value), 'base64').toString(),
  urlencode: (value) => encodeURIComponent(wellFormed(textOf(value))),
  hash: (value, algorithm = 'sha256', encoding = 'hex') =>
    digest(() => createHash(textOf(algorithm)).update(textOf(value)).digest(readEncoding(encoding))),
  hmac: (value, key, algorithm = 'sha256', encoding = 'hex') =>
    digest(() =>
      createHmac(textOf(algorithm), textOf(key)).update(textOf(value)).digest(readEncoding(encoding)),
    ),
  upper: (value) => textOf(value).toUpperCase(),
  lower: (value) => textOf(value).toLowerCase(),
  trim: (value) => textOf(value).trim(),
  default: (value, other) => (value === null || value === undefined || value === '' ? other : value),
  json: jsonOf,
  length: (value) => sizeOf(value),
  slice: (value, from, to) => {
    const [start, end] = [wholeOf(from, 'slice'), to === undefined ? undefined : wholeOf(to, 'slice')]
    return entriesOf(value, (entries) => entries.slice(start, end))
  },
  replace: (value, from, to) => textOf(value).replaceAll(textOf(from), () => textOf(to)),
  toInt: (value) => Math.trunc(numberOf(value, 'toInt')),
  number: (value) => numberOf(value, 'number'),
  string: textOf,
  first: (value) => (Array.isArray(value) ? value[0] : [...textOf(value)][0]),
  last: (value) => (Array.isArray(value) ? value.at(-1) : [...textOf(value)].at(-1)),
  join: (value, separator = ',') => {
    if (!Array.isArray(value)) throw new ValueError('join expects a list')
    return value.map(textOf).join(textOf(separator))
  },
  add: (value, other) => {
    const isWhole = typeof value === 'bigint' && Number.isSafeInteger(other)
    return isWhole ? value + BigInt(other as number) : numberOf(value, 'add') + numberOf(other, 'add')
  },
}

/** Replaces lone surrogates, as left by a cut text, because they can't be encoded. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Applies `change` to a list's entries or a text's characters, so that none is split. */
function entriesOf(value: unknown, change: (entries: readonly unknown[]) => unknown[]): unknown {
  if (Array.isArray(value)) return change(value)
  return change([...textOf(value)]).join('')
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  return [...textOf(value)].length
}

function readEncoding(value: unknown): 'hex' | 'base64' | 'base64url' {
  const encoding = textOf(value)
  if (encoding === 'hex' || encoding === 'base64' || encoding === 'base64url') return encoding
  throw new ValueError('the encoding must be hex, base64 or base64url')
}

function digest(make: () => string): string {
  try {
    return make()
  } catch (error) {
    throw error instanceof ValueError ? error : new ValueError('unknown digest algorithm')
  }
}
