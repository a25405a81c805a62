/**
 * The body of one answer as it is looked into: decoded and parsed once for all checks and captures, and only when one
 * asks. Whatever a service sends, looking into it ends in a value or in an error that {@link faultOf} puts into words.
 */
import type { Ms } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import { SlowPatternError } from '../../base/pattern.js'
import type { JsonPath } from '../../scenario/blocks/json-path.js'
import { QueryError } from '../../scenario/blocks/json-query.js'
import { tokenAt } from '../../scenario/yaml/json-source.js'
import { BodyError, type ReceivedResponse } from './response.js'

/** The body of one answer. */
export class Body {
  /** How long a search in it may take: what is left of the request's time. */
  readonly leftMs: Ms
  private readonly answer: ReceivedResponse | null
  private decoded: string | null = null
  private parsed: { readonly value: unknown } | null = null

  constructor(answer: ReceivedResponse | null, leftMs: Ms = Number.POSITIVE_INFINITY) {
    this.answer = answer
    this.leftMs = leftMs
  }

  /** As text. Throws a BodyError when it can't be decoded. */
  text(): string {
    this.decoded ??= this.answer!.text()
    return this.decoded
  }

  /** As a JSON value. Throws a BodyError when it is none. */
  json(): unknown {
    this.parsed ??= { value: parse(this.text()) }
    return this.parsed.value
  }

  /** A number of the JSON value by its digits, as they came. */
  digits(value: number, path: JsonPath): string {
    return tokenAt(this.text(), path) ?? String(value)
  }
}

/** Why an answer can't be looked into, in words, from what was thrown. */
export function faultOf(error: unknown): string {
  const isKnown =
    error instanceof BodyError || error instanceof SlowPatternError || error instanceof QueryError
  return isKnown ? error.message : `the response can't be checked: ${messageOf(error)}`
}

function parse(text: string): unknown {
  if (text === '') throw new BodyError('the body is empty, not JSON')
  try {
    return JSON.parse(text)
  } catch {
    throw new BodyError('the body is not JSON')
  }
}
