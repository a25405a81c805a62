/**
 * Whether two measurements come from comparable machines.
 */
import type { RunEnvironment } from '../stats/result.js'

/**
 * Returns the differences between two environments that could change latencies, in words: `cores: 8 instead of 4`. What a
 * file doesn't state counts as equal.
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
  /** Null if unknown. */
  readonly read: (environment: RunEnvironment) => string | null
}

const TRAITS: readonly Trait[] = [
  { noun: 'CPU', read: ({ cpu }) => known(cpu) },
  { noun: 'agents:', read: ({ agents = 1 }) => String(agents) },
  { noun: 'cores:', read: ({ cores }) => (cores === 0 ? null : String(cores)) },
  { noun: 'Node.js', read: ({ node }) => /^v?(\d+)/.exec(node)?.[1] ?? null },
  { noun: 'system', read: ({ os }) => known(os.split(' ')[0]!) },
]

function known(value: string): string | null {
  return value === '' || value === 'unknown' ? null : value
}
