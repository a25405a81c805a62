/**
 * Finds the known word closest to a mistyped one.
 */

/** Longer words aren't typed by hand and are slow to compare. */
const LENGTH_MAX = 200

/**
 * The candidate closest to `word`, or null if none is close: at most a third of its letters wrong, with a swap of
 * neighbors counted as one. A word that only differs in case, `-`, `_` or a plural `s` always matches.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LENGTH_MAX) return null
  const wanted = normalize(word)
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const known = normalize(candidate)
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, known.length) / 3))
    // At least this many letters must be added.
    if (Math.abs(wanted.length - known.length) > limit) continue
    const distance = wanted === known ? 0 : editDistance(wanted, known)
    if (distance <= limit && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean "x"?`, or null if no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const found = nearest(word, candidates)
  return found === null ? null : `did you mean "${found}"?`
}

function normalize(word: string): string {
  return word
    .toLowerCase()
    .replace(/[-_\s]/g, '')
    .replace(/s$/, '')
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbors cost one each. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforePrevious[j - 2]! + 1)
      }
      row.push(best)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length]!
}
