/**
 * Counts failures by kind and message, with a bounded number of messages.
 */
import type { ErrorCount } from './result.js'

/** The number of distinct messages kept; the rest is counted under {@link OTHER}. */
const MESSAGES_KEPT = 32
const MESSAGE_LENGTH = 300
const OTHER = '(other messages)'

/** Adds a failure. */
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
