/**
 * What the processes of the service used, as all reports show it.
 */
import { formatLatency, formatSize, formatSizeRate } from '../base/units.js'
import type { TargetFigures } from '../stats/target.js'

/** Returns the figures as pairs of a name and a text; empty if nothing was measured. */
export function listTargetFacts({
  cpuPerRequest,
  cpuCores,
  throttledSeconds,
  memory,
}: TargetFigures): [name: string, fact: string][] {
  if (cpuCores === null || memory === null) return []
  const { first, last, max, growthPerMinute, isSum } = memory
  return [
    ['CPU time per request', formatLatency(cpuPerRequest)],
    ['cores in use', formatCores(cpuCores)],
    ...(throttledSeconds === null
      ? []
      : [['throttled', formatLatency(1000 * throttledSeconds)] as [string, string]]),
    [
      isSum ? 'memory (shared pages count for each process)' : 'memory',
      `${formatSize(first)} → ${formatSize(last)}, at most ${formatSize(max)}`,
    ],
    ...(growthPerMinute === null
      ? []
      : [['memory growth', formatSizeRate(growthPerMinute)] as [string, string]]),
  ]
}

/** Returns what a reader has to know of the figures. */
export function listTargetNotes({ cpuCores, throttledSeconds, failures }: TargetFigures): string[] {
  const which = cpuCores === null ? 'no CPU time and memory of the service' : 'CPU time and memory end early'
  const notes = failures.map(({ message, source }) =>
    source === 'metrics' ? `metrics of the service: ${message}` : `${which}: ${message}`,
  )
  if (throttledSeconds !== null && throttledSeconds > 0) {
    const waited = formatLatency(1000 * throttledSeconds)
    notes.push(
      `the service was throttled for ${waited}: its container or group had used up its limit of CPU time`,
    )
  }
  return notes
}

/** A number of cores: `0.25`, `3.10`. */
export function formatCores(cores: number): string {
  return cores.toFixed(2)
}
