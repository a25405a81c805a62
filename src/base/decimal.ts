/**
 * Decimal numbers by their digits: a 64-bit float keeps sixteen of them, and ids have nineteen.
 */

/** A number as JSON writes it. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/

interface Decimal {
  readonly sign: -1 | 0 | 1
  /** Of 0.digits times ten to the power of `exponent`; neither begins nor ends with a zero. */
  readonly digits: string
  readonly exponent: number
}

/** Below 0 when a is less than b, 0 when they are equal, else above 0. Both as JSON writes numbers. */
export function compareDecimals(a: string, b: string): number {
  const [left, right] = [read(a), read(b)]
  if (left.sign !== right.sign) return left.sign - right.sign
  if (left.sign === 0) return 0
  const larger = left.exponent - right.exponent || (left.digits < right.digits ? -1 : 1)
  return left.exponent === right.exponent && left.digits === right.digits ? 0 : left.sign * larger
}

/** Whether a text is a number as JSON writes it. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text)
}

/** Whether a text is a number whose digits a float doesn't keep. */
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

/** Without those at its end. A regular expression would look for the end from each zero. */
function withoutZeros(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
