/**
 * Notes on what an importer left out or changed: one sentence per kind, with the requests concerned.
 */
import { oneLine } from './names.js'

const SUBJECTS_MAX = 5

/** Collects notes and merges equal ones. */
export class Notes {
  private readonly subjects = new Map<string, Set<string>>()

  /** Adds a note, optionally about a request or variable. */
  add(message: string, subject: string | null = null): void {
    const known = this.subjects.get(message) ?? new Set()
    if (subject !== null) known.add(oneLine(subject))
    this.subjects.set(message, known)
  }

  /** All notes in the order they first came up: `what was done: first, second and 3 more`. */
  list(): string[] {
    return [...this.subjects].map(([message, subjects]) =>
      subjects.size === 0 ? message : `${message}: ${enumerate([...subjects])}`,
    )
  }
}

function enumerate(items: readonly string[]): string {
  const shown = items.length <= SUBJECTS_MAX + 1 ? items : items.slice(0, SUBJECTS_MAX)
  const rest = items.length - shown.length
  return `${shown.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`
}
