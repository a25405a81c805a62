/**
 * JSON whose whole numbers keep their digits: those that a number of JavaScript can't hold are of type `bigint`.
 */

/** Not in a text that was marked or read: nothing else begins with it. */
const EXACT = '\ue005'

/** A text, or a number that stands outside of texts. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs

/** The value of a JSON text. Throws a SyntaxError when it's none. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const isOwn = text.includes(EXACT)
  if (isOwn) return JSON.parse(text)
  const quoted = text.replace(TOKEN, (token) => (isTooLong(token) ? `"${EXACT}${token}"` : token))
  return JSON.parse(quoted, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(EXACT) ? BigInt(value.slice(1)) : value,
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
  return /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
}
