/**
 * CPU time per request in windows: what a verdict on it is made from.
 */
import type { Shape } from '../base/shape.js'

/** The CPU time of the service's processes in a stretch of the measured part. */
export interface CpuWindow {
  /** In seconds since the measured part began. */
  readonly start: number
  /**
   * In seconds. In an A/B session it reaches to the side's next turn, as the processes of a side do nothing for the other
   * one: so what they finish after their turn is counted, like the responses to it.
   */
  readonly duration: number
  /** Completed requests, failed ones included. */
  readonly requests: number
  /** In ms. */
  readonly cpuMs: number
}

/** The requests that were completed in a stretch of the measured part. */
export type SentWindow = Omit<CpuWindow, 'cpuMs'>

interface CountedRequest {
  readonly kind: string
  readonly windows: readonly Pick<SentWindow, 'start' | 'requests'>[]
}

/** Returns the stretches between the windows of `requests`, journeys left out; the last one ends after `durationSeconds`. */
export function listSent(requests: readonly CountedRequest[], durationSeconds: number): SentWindow[] {
  const counts = new Map<number, number>()
  for (const { kind, windows } of requests)
    if (kind !== 'journey')
      for (const { start, requests } of windows) counts.set(start, (counts.get(start) ?? 0) + requests)
  const sorted = [...counts].sort(([a], [b]) => a - b)
  return sorted.flatMap(([start, requests], index) => {
    const end = sorted[index + 1]?.[0] ?? durationSeconds
    return end <= start ? [] : [{ start, duration: end - start, requests }]
  })
}

/** A reading of a counter of CPU time. */
interface CpuReading {
  readonly atMs: number
  readonly cpuMs: number
}

/** A reading is never exactly at the end of a window. */
const NEAR_MS = 200

/** Returns the CPU time of each stretch that the readings cover. Between two readings it is taken to be even. */
export function makeCpuWindows(
  readings: readonly CpuReading[],
  sent: readonly SentWindow[],
): readonly CpuWindow[] {
  const [first, last] = [readings[0], readings.at(-1)]
  if (first === undefined || last === undefined) return []
  let next = 1
  const cpuAt = (ms: number): number => {
    while (next < readings.length - 1 && readings[next]!.atMs < ms) next++
    while (next > 1 && readings[next - 1]!.atMs > ms) next--
    const [before, after] = [readings[next - 1]!, readings[next] ?? last]
    const within = Math.min(Math.max(ms, first.atMs), last.atMs)
    const share = after === before ? 0 : (within - before.atMs) / (after.atMs - before.atMs)
    return before.cpuMs + share * (after.cpuMs - before.cpuMs)
  }
  return sent.flatMap((window) => {
    const [from, to] = [1000 * window.start, 1000 * (window.start + window.duration)]
    if (from < first.atMs - NEAR_MS || to > last.atMs + NEAR_MS) return []
    return [{ ...window, cpuMs: Number((cpuAt(to) - cpuAt(from)).toFixed(3)) }]
  })
}

/** Returns the windows of the run from second `start` to `end`, counted from its start. */
export function cutCpuWindows(windows: readonly CpuWindow[], start: number, end: number): CpuWindow[] {
  return windows
    .filter((window) => window.start >= start && window.start < end)
    .map((window) => ({ ...window, start: window.start - start }))
}

/** Returns the CPU time in ms per request in all windows; null without requests. */
export function cpuPerRequestOf(windows: readonly CpuWindow[]): number | null {
  const requests = windows.reduce((sum, window) => sum + window.requests, 0)
  const cpuMs = windows.reduce((sum, window) => sum + window.cpuMs, 0)
  return requests === 0 ? null : Number((cpuMs / requests).toFixed(6))
}

/** Reads a window from a result file. */
export function readCpuWindow(shape: Shape): CpuWindow {
  const figure = (key: keyof CpuWindow) => {
    const value = shape.get(key).number()
    return value < 0 ? shape.get(key).fail('0 or more') : value
  }
  return {
    start: figure('start'),
    duration: figure('duration'),
    requests: shape.get('requests').count(),
    cpuMs: figure('cpuMs'),
  }
}
