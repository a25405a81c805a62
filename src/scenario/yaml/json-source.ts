/**
 * Finds a value in JSON text, for numbers whose digits a parsed value loses.
 */
import { jsonTokens } from '../../base/json-tokens.js'
import type { JsonPath } from '../blocks/json-path.js'

/** An open list or map, with the place of its next value. */
interface Level {
  /** Null in a map before its key. */
  step: string | number | null
  readonly isList: boolean
}

/**
 * The token of the single value at a path in valid JSON; null if there is none. Of duplicate keys the last one counts,
 * as in `JSON.parse`.
 */
export function tokenAt(text: string, steps: JsonPath): string | null {
  const levels: Level[] = []
  /** The number of levels, from the top, that are on the path. */
  let matched = 0
  let found: string | null = null
  for (const { token } of jsonTokens(text)) {
    const level = levels.at(-1)
    switch (token) {
      case '{':
      case '[':
        if (matched === levels.length - 1 && isNext(level, steps, matched)) matched++
        levels.push({ isList: token === '[', step: token === '[' ? 0 : null })
        break
      case '}':
      case ']':
        levels.pop()
        matched = Math.min(matched, Math.max(0, levels.length - 1))
        break
      case ',':
        if (level !== undefined) level.step = level.isList ? Number(level.step) + 1 : null
        break
      case ':':
        break
      default:
        if (level !== undefined && !level.isList && level.step === null) level.step = keyOf(token)
        else if (
          steps.length === levels.length &&
          (level === undefined || (matched === levels.length - 1 && isNext(level, steps, matched)))
        )
          found = token
    }
  }
  return found
}

function isNext(level: Level | undefined, steps: JsonPath, index: number): boolean {
  return level !== undefined && level.step !== null && String(steps[index]) === String(level.step)
}

function keyOf(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
}
