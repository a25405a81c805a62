/**
 * What stands out in a run, in words: each finding with its figures, and what to try next.
 */
import { printable } from '../base/printable.js'
import {
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  formatSize,
  formatSizeRate,
  plural,
} from '../base/units.js'
import type { Finding, FindingCode } from '../stats/findings.js'
import type { Result } from '../stats/result.js'
import { formatCores } from './target.js'

/** A finding in words. */
export interface FindingText {
  /** Where and what, with figures: `"search": server timing db grew …`. */
  readonly sentence: string
  /** What to try, without a full stop. */
  readonly advice: string
}

/** Returns the findings of a result in words, the most telling first. */
export function listFindings({ findings = [] }: Pick<Result, 'findings'>): FindingText[] {
  return findings.map(describe)
}

/** Whether a finding says what a note would say again. */
export function hasFinding({ findings = [] }: Pick<Result, 'findings'>, code: FindingCode): boolean {
  return findings.some((finding) => finding.code === code)
}

function describe(finding: Finding): FindingText {
  const { sentence, advice } = wordsOf(finding)
  const { request } = finding
  return { sentence: request === null ? sentence : `"${printable(request)}": ${sentence}`, advice }
}

function wordsOf(finding: Finding): FindingText {
  const write = WORDS[finding.code] as (finding: Finding) => FindingText
  return write(finding)
}

/** A whole number of users, requests or connections. */
function about(count: number): string {
  return formatCount(Math.round(count))
}

function inSeconds(seconds: number): string {
  return formatDuration(Math.round(10 * seconds) * 100)
}

const WORDS: { readonly [C in FindingCode]: (finding: Finding<C>) => FindingText } = {
  dependency_under_load: ({ name = '', figures: { before, after, vusBefore, vusAfter, ...latency } }) => ({
    sentence: `server timing ${printable(name)} grows with the load: from ${formatLatency(before)} at ${about(vusBefore)} users in use to ${formatLatency(after)} at ${about(vusAfter)}, on average; the latency from ${formatLatency(latency.latencyBefore)} to ${formatLatency(latency.latencyAfter)}`,
    advice: `look for what ${printable(name)} waits for under load: the size of its pool, locks, a missing index`,
  }),
  dependency_over_time: ({ name = '', figures: { before, after, latencyBefore, latencyAfter } }) => ({
    sentence: `server timing ${printable(name)} grew during the run: from ${formatLatency(before)} in the first third to ${formatLatency(after)} in the last, on average; the latency from ${formatLatency(latencyBefore)} to ${formatLatency(latencyAfter)}`,
    advice: `look for what ${printable(name)} does more of as time goes by: data that the load adds, a cache that overflows, a queue that grows`,
  }),
  throttled: ({ figures: { throttledSeconds, seconds } }) => ({
    sentence: `the service was throttled for ${inSeconds(throttledSeconds)} in ${inSeconds(seconds)}: its container or group had used up its limit of CPU time`,
    advice: 'raise its CPU limit, or take the limit as part of what you measure',
  }),
  cpu_full: ({ figures: { cores, coresMost } }) => ({
    sentence:
      coresMost === 1
        ? `the service uses all of one core (${formatCores(cores)}), so requests wait for each other`
        : `the service uses all ${about(coresMost)} cores of the machine (${formatCores(cores)}), so requests wait for each other`,
    advice:
      coresMost === 1
        ? 'profile it, or run it in more threads or processes'
        : 'profile it, or give it more cores',
  }),
  concurrency_limit: ({
    figures: { atOnce, throughput, vusBefore, vusAfter, latencyBefore, latencyAfter },
  }) => ({
    sentence: `the service serves about ${about(atOnce)} at once: from ${about(vusBefore)} to ${about(vusAfter)} users in use, throughput stayed at ${formatRate(throughput)}, and the median latency rose from ${formatLatency(latencyBefore)} to ${formatLatency(latencyAfter)}; more users only wait`,
    advice: 'look for what limits it to that: the size of a pool, a lock, its threads or its cores',
  }),
  periodic_stalls: ({ figures: { everySeconds, stalls, longest, usual } }) => ({
    sentence: `the service stalls about every ${inSeconds(Math.round(everySeconds))}: ${plural(stalls, 'time')}, for up to ${formatLatency(longest)} (the longest request of a second usually takes ${formatLatency(usual)})`,
    advice: 'compare the times with its log: garbage collection, a job on a timer, a flush to disk',
  }),
  error_bursts: ({ figures: { failed, inBursts, burstSeconds, seconds, firstSecond } }) => ({
    sentence: `failures come in bursts: ${about(inBursts)} of ${about(failed)} in ${about(burstSeconds)} of ${plural(seconds, 'second')}, the first of them ${about(firstSecond)}s after the start`,
    advice: 'look into its log at that time: a restart, a full queue, a dependency that was gone',
  }),
  hidden_failures: ({ figures: { retried, recovered, errorRate, errorRateWithout } }) => ({
    sentence: `retries hide failures: ${plural(retried, 'request')} retried, ${about(recovered)} of them successfully; without retries, ${formatShare(errorRateWithout)} would have failed instead of ${formatShare(errorRate)}`,
    advice: 'fix what the first attempts failed with, or retry less',
  }),
  memory_growth: ({ figures: { perMinute, first, last } }) => ({
    sentence: `the memory of the service grows from minimum to minimum, ${formatSizeRate(perMinute)}: from ${formatSize(first)} to ${formatSize(last)}`,
    advice: 'run longer to see whether it ends, and compare two heap snapshots',
  }),
  responses_grow: ({ figures: { before, after } }) => ({
    sentence: `responses grew during the run: from ${formatSize(before)} in the first third to ${formatSize(after)} per request in the last`,
    advice: 'limit lists to a page, or remove what the load adds',
  }),
  new_connections: ({ figures: { connections, requests, setup } }) => ({
    sentence: `${plural(connections, 'new connection')} for ${plural(requests, 'request')}: connections are not used again, and each takes ${formatLatency(setup)} to set up`,
    advice: 'turn on keep-alive in the service or the proxy before it',
  }),
  cold_start: ({ figures: { slowSeconds, before, after } }) => ({
    sentence: `the first ${plural(slowSeconds, 'second')} were slower: a median of ${formatLatency(before)}, later ${formatLatency(after)}`,
    advice: `if users meet a warm service, leave them out with warmup: ${about(Math.max(5, 2 * slowSeconds))}s; else warm its caches before it takes traffic`,
  }),
}
