/**
 * Compares decimal numbers by their digits. A 64-bit float keeps 16 digits, but ids have 19.
 */

/** A number in JSON syntax. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/

interface Decimal {
  readonly sign: -1 | 0 | 1
  /** The digits of 0.digits × 10^`exponent`, without leading and trailing zeros. */
  readonly digits: string
  readonly exponent: number
}

/** Negative if a is less than b, 0 if they are equal, otherwise positive. Both in JSON syntax. */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [read(a), read(b)]
  if (left.sign !== right.sign) return left.sign - right.sign
  if (left.sign === 0) return 0
  const larger = left.exponent - right.exponent || (left.digits < right.digits ? -1 : 1)
  return left.exponent === right.exponent && left.digits === right.digits ? 0 : left.sign * larger
}

/** Whether the text is a number in JSON syntax. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text)
}

/** Whether the text is a number whose digits a float doesn't keep. */
export function losesDigits(text: string): boolean {
  if (!NUMBER.test(text)) return false
  const value = Number(text)
  return !Number.isFinite(value) || compareDecimals(text, String(value)) !== 0
}

function read(text: string): Decimal {
  const [, minus, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? []
  const all = whole + fraction
  const first = all.search(/[1-9]/)
  if (first === -1) return { sign: 0, digits: '', exponent: 0 }
  return {
    sign: minus === '-' ? -1 : 1,
    digits: withoutZeros(all.slice(first)),
    exponent: whole.length - first + Number(exponent),
  }
}

/** Without trailing zeros. A regular expression would search for the end from each zero. */
function withoutZeros(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
