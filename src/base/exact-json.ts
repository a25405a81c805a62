/**
 * JSON whose whole numbers keep their digits: those that a number of JavaScript can't hold are of type `bigint`.
 */

import { jsonTokens } from './json-tokens.js'

/** What marks them on their way, at the beginning of a text. */
const EXACT = '\ue005'

/** The value of a JSON text. Throws a SyntaxError when it's none. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  // One more of them than the text has, so that no text of its own begins like this.
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

/** The JSON text of a value. `isBare`: whether a text in it stands for something that needs no quotes. */
export function writeExact(value: unknown, isBare: (text: string) => boolean = () => false): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${EXACT}${part}`
    return typeof part === 'string' && isBare(part) ? `${EXACT}${part}` : part
  })
  return text.replace(/"\ue005([^"]*)"/g, '$1')
}

/** Whether there is a number in a value that only its digits can tell. */
export function hasExact(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExact)
}

function isTooLong(token: string): boolean {
  return /^-?[1-9]\d{15,}$/.test(token) && !Number.isSafeInteger(Number(token))
}
