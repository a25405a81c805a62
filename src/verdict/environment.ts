/**
 * Whether two measurements come from machines alike enough to be compared.
 */
import type { RunEnvironment } from '../stats/result.js'

/**
 * What differs between two environments so that it alone could change latencies, in words: `8 cores instead of 4`.
 * Empty when they are alike. What a file doesn't say is not held against it.
 */
export function differences(reference: RunEnvironment, candidate: RunEnvironment): readonly string[] {
  return TRAITS.flatMap(({ noun, read }) => {
    const before = read(reference)
    const after = read(candidate)
    return before === null || after === null || before === after
      ? []
      : [`${noun} ${after} instead of ${before}`]
  })
}

interface Trait {
  readonly noun: string
  /** Null when unknown. */
  readonly read: (environment: RunEnvironment) => string | null
}

const TRAITS: readonly Trait[] = [
  { noun: 'CPU', read: ({ cpu }) => known(cpu) },
  { noun: 'cores:', read: ({ cores }) => (cores === 0 ? null : String(cores)) },
  { noun: 'Node.js', read: ({ node }) => /^v?(\d+)/.exec(node)?.[1] ?? null },
  { noun: 'system', read: ({ os }) => known(os.split(' ')[0]!) },
]

function known(value: string): string | null {
  return value === '' || value === 'unknown' ? null : value
}
