/**
 * Failures by kind and message: a few messages of each, however many a service can think of.
 */
import type { ErrorCount } from './result.js'

/** How many different messages of failures are kept apart; the rest is counted under {@link OTHER}. */
const MESSAGES_KEPT = 32
const MESSAGE_LENGTH = 300
const OTHER = '(other messages)'

/** Adds a failure to those known. */
export function countError(errors: Map<string, ErrorCount>, error: ErrorCount): void {
  const { kind, message, count } = error
  const kept = message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH)}…` : message
  let key = `${kind} ${kept}`
  let known = errors.get(key)
  if (known === undefined && errors.size >= MESSAGES_KEPT) {
    key = `${kind} ${OTHER}`
    known = errors.get(key)
  }
  const text = known?.message ?? (key.endsWith(OTHER) ? OTHER : kept)
  const example = known?.example ?? error.example
  const total = (known?.count ?? 0) + count
  errors.set(key, { kind, message: text, count: total, ...(example !== undefined && { example }) })
}
