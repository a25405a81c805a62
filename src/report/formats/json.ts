/**
 * The result file.
 */
import { escapedJson } from '../../base/printable.js'
import type { Result } from '../../stats/result.js'
import type { Format } from './format.js'

/** Renders the result as indented JSON, ending with a newline. */
export function renderJson(result: Result): string {
  return [...jsonPieces(result)].join('')
}

/** Yields the JSON in pieces: a long run exceeds the maximum length of a string. */
export function* jsonPieces(result: Result): Generator<string> {
  let piece = ''
  for (const part of writeValue(result, '', DEPTH)) {
    piece += part
    if (piece.length < PIECE_LENGTH) continue
    yield escapedJson(piece)
    piece = ''
  }
  yield `${escapedJson(piece)}\n`
}

/** Splits down to the fields of a request, whose windows number a few thousand at most. */
const DEPTH = 3
const PIECE_LENGTH = 1_000_000

/** Writes like `JSON.stringify(value, null, 2)`. Anything deeper than `depth` is one part. */
function* writeValue(value: unknown, indent: string, depth: number): Generator<string> {
  const isList = Array.isArray(value)
  if (depth === 0 || typeof value !== 'object' || value === null || (!isList && 'toJSON' in value)) {
    const text = JSON.stringify(value, null, 2) ?? 'null'
    yield indent === '' ? text : text.replaceAll('\n', `\n${indent}`)
    return
  }
  const entries = isList
    ? value.map((item) => ['', item] as const)
    : Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [[`${JSON.stringify(key)}: `, item] as const],
      )
  if (entries.length === 0) {
    yield isList ? '[]' : '{}'
    return
  }
  const inner = `${indent}  `
  let before = `${isList ? '[' : '{'}\n${inner}`
  for (const [key, item] of entries) {
    yield before + key
    yield* writeValue(item, inner, depth - 1)
    before = `,\n${inner}`
  }
  yield `\n${indent}${isList ? ']' : '}'}`
}

/** The format `json`. */
export default { id: 'json', extension: 'json', render: renderJson, pieces: jsonPieces } satisfies Format
