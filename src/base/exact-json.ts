/**
 * JSON that keeps the digits of whole numbers: those beyond JavaScript's safe range become `bigint`.
 */

import { jsonTokens } from './json-tokens.js'

/** Temporarily marks such numbers at the start of a string. */
const EXACT = '\ue005'

/** Parses JSON. Throws a SyntaxError if it's invalid. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  // One more than the text contains, so that no string of the text can start with it.
  const mark = EXACT.repeat(1 + (text.match(/\ue005|\\ue005/gi)?.length ?? 0))
  let quoted = ''
  let end = 0
  for (const { token, at } of jsonTokens(text)) {
    if (!isTooLong(token)) continue
    quoted += `${text.slice(end, at)}"${mark}${token}"`
    end = at + token.length
  }
  if (end === 0) return JSON.parse(text)
  return JSON.parse(quoted + text.slice(end), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

/** Writes a value as JSON. `isBare`: whether a string is to be written without quotes. */
export function writeExact(value: unknown, isBare: (text: string) => boolean = () => false): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${EXACT}${part}`
    return typeof part === 'string' && isBare(part) ? `${EXACT}${part}` : part
  })
  return text.replace(/"\ue005([^"]*)"/g, '$1')
}

/** Whether the value contains a bigint. */
export function hasExact(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExact)
}

function isTooLong(token: string): boolean {
  return /^-?[1-9]\d{15,}$/.test(token) && !Number.isSafeInteger(Number(token))
}
