/**
 * JSON Schema of single values, for editors. Wherever a value is allowed, text with `${...}` is allowed, too.
 */
/** Pattern of text that contains `${...}`. */
export const VARIABLE = '\\$\\{'
const TIME = '(\\d+(\\.\\d+)?(us|µs|ms|s|m|h|d)\\s*)+'

/** Text. Numbers and booleans are taken as written. */
export const TEXT = { type: ['string', 'number', 'boolean'] }

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

/** `2MB`. */
export const SIZE = {
  type: 'string',
  pattern: `^\\d+(\\.\\d+)?\\s*([kKmMgG][iI]?)?[bB]$|${VARIABLE}`,
  examples: ['10kB', '2MB'],
}

/** `201`, `2xx` or `200..299`. */
export const STATUS_VALUE = {
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

/** A whole number. */
export function wholeNumber(minimum: number, maximum: number): Readonly<Record<string, unknown>> {
  return { type: ['integer', 'string'], minimum, maximum, pattern: VARIABLE }
}

/** One of a few words. */
export function choice(...words: readonly string[]): Readonly<Record<string, unknown>> {
  return { anyOf: [{ enum: words }, { type: 'string', pattern: VARIABLE }] }
}
