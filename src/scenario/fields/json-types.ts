/**
 * JSON Schema of single values, for editors. Wherever a value is allowed, text with `${...}` is allowed, too.
 */
/** Pattern of text that contains `${...}`. */
export const VARIABLE = '\\$\\{'
const TIME = '(\\d+(\\.\\d+)?(us|µs|ms|s|m|h|d)\\s*)+'

/** Text. Numbers and booleans are taken as written. */
export const TEXT = { type: ['string', 'number', 'boolean'] }

/** A value of `data`: a single one, or a row. */
export const FEEDER_VALUE = { type: ['string', 'number', 'boolean', 'object'] }

/** `30s`. The only number allowed is 0, which needs no unit. */
export const DURATION = {
  type: ['string', 'integer'],
  pattern: `^${TIME}$|${VARIABLE}`,
  minimum: 0,
  maximum: 0,
  examples: ['30s', '500ms', '1m30s'],
}

/** `10ms..50ms`, or one duration. */
export const DURATION_RANGE = {
  ...DURATION,
  pattern: `^${TIME}(\\.\\.${TIME})?$|${VARIABLE}`,
  examples: ['1s', '10ms..50ms'],
}

const RATE_PATTERN = `^\\d+(\\.\\d+)?\\s*/\\s*(ms|s|m|h)$|${VARIABLE}`

/** `200/s`. */
export const RATE = { type: 'string', pattern: RATE_PATTERN, examples: ['200/s', '6000/m'] }

/** Virtual users as a number, or an arrival rate. */
export const FROM = { type: ['integer', 'string'], minimum: 0, pattern: RATE_PATTERN, examples: [10, '50/s'] }

/** `10%`, `1pp`, or a ratio below 1. */
export const SHARE = {
  type: ['string', 'number'],
  pattern: `^\\d+(\\.\\d+)?\\s*(%|pp)?$|${VARIABLE}`,
  minimum: 0,
  exclusiveMaximum: 1,
}

/** `2MB`. */
export const SIZE = {
  type: 'string',
  pattern: `^\\d+(\\.\\d+)?\\s*([kKmMgG][iI]?)?[bB]$|${VARIABLE}`,
  examples: ['10kB', '2MB'],
}

/** The test of a value in a JSON body. */
export const JSON_TEST = {
  type: ['string', 'number', 'boolean', 'null'],
  description:
    'A value to equal, or a comparison: ">= 1" (also > < <= == !=), exists, missing. "== exists" means the text itself.',
  examples: ['ok', 1, true, '>= 1', '!= null', 'exists'],
}

/** A number above 0. */
export const POSITIVE = { type: ['number', 'string'], exclusiveMinimum: 0, pattern: VARIABLE }

/** A path or a URL. */
export const PATH = {
  type: 'string',
  pattern: `^(/|https?://|\\{\\{|${VARIABLE})`,
  description: 'Path or whole URL; values in {{ ... }} are percent-encoded.',
  examples: ['/api/items', '/api/items/{{ randomInt(1, 1000) }}'],
}

const STATUS_VALUE = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: `^[1-5]([xX]{2}|\\d\\d(\\s*\\.\\.\\s*[1-5]\\d\\d)?)$|${VARIABLE}` },
  ],
}

/** `201`, `2xx`, `200..299`, or a list of these. */
export const STATUS = {
  anyOf: [...STATUS_VALUE.anyOf, { type: 'array', minItems: 1, items: STATUS_VALUE }],
  examples: [201, '2xx', [200, 404]],
}

const RETRY_REASON = {
  anyOf: [{ enum: ['connect', 'reset', 'timeout', 'dns', 'tls', 'protocol'] }, ...STATUS_VALUE.anyOf],
}

/** `[connect, 503]`. */
export const RETRY_REASONS = {
  anyOf: [...RETRY_REASON.anyOf, { type: 'array', minItems: 1, items: RETRY_REASON }],
  examples: [['connect', 'reset', '5xx']],
}

/** `p95 < 200ms`. */
export const LIMIT = {
  type: 'string',
  description: 'Metric, comparison and limit; "name: " in front limits one request.',
  examples: ['p95 < 200ms', 'error_rate < 1%', 'search: p99 < 500ms'],
}

/** A whole number. */
export function wholeNumber(minimum: number, maximum: number): Readonly<Record<string, unknown>> {
  return { type: ['integer', 'string'], minimum, maximum, pattern: VARIABLE }
}

/** One of a few words. */
export function choice(...words: readonly string[]): Readonly<Record<string, unknown>> {
  return { anyOf: [{ enum: words }, { type: 'string', pattern: VARIABLE }] }
}
