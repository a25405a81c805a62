/**
 * The body of one response: decoded and parsed at most once, and only if a check or capture asks. Whatever a
 * service sends, the outcome is a value or an error that {@link faultOf} describes.
 */
import type { Ms } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import { SlowPatternError } from '../../base/pattern.js'
import type { JsonPath } from '../../scenario/blocks/json-path.js'
import { QueryError } from '../../scenario/blocks/json-query.js'
import { tokenAt } from '../../scenario/yaml/json-source.js'
import { BodyError, type ReceivedResponse } from './response.js'

/** The body of one response. */
export class Body {
  /** How long a search in it may take: the rest of the request's timeout. */
  readonly leftMs: Ms
  private readonly answer: ReceivedResponse | null
  private decoded: string | null = null
  private parsed: { readonly value: unknown } | null = null

  constructor(answer: ReceivedResponse | null, leftMs: Ms = Number.POSITIVE_INFINITY) {
    this.answer = answer
    this.leftMs = leftMs
  }

  /** The body as text. Throws a BodyError if it can't be decoded. */
  text(): string {
    this.decoded ??= this.answer!.text()
    return this.decoded
  }

  /** The body as a JSON value. Throws a BodyError if it isn't JSON. */
  json(): unknown {
    this.parsed ??= { value: parse(this.text()) }
    return this.parsed.value
  }

  /** The digits of a number in the JSON body, as received. */
  digits(value: number, path: JsonPath): string {
    return tokenAt(this.text(), path) ?? String(value)
  }
}

/** Describes why a response can't be checked, from what was thrown. */
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
