/**
 * Groups the changes of a history by the moment they began, oldest first.
 */
import { printable } from '../../base/printable.js'
import type { History } from '../../verdict/history.js'
import { findOtherChanges, type Trend, type TrendChange } from '../../verdict/trend.js'
import { describeChange } from '../wording.js'

/** A change point: everything that changed at one moment. */
export interface Moment {
  /** Day and time in UTC. */
  readonly time: string
  /** The commit of the change, and the one before if known. */
  readonly commits: string
  /** The changes in sentences, the worst first. */
  readonly changes: readonly { readonly text: string; readonly isWorse: boolean }[]
  /** Other differences that began at the same time, such as another machine. */
  readonly others: readonly string[]
}

/** Returns the moments at which any of the trends changed. */
export function listMoments(history: History, trends: readonly Trend[]): Moment[] {
  const byIndex = new Map<number, Found[]>()
  for (const trend of trends)
    for (const change of trend.changes)
      byIndex.set(change.index, [...(byIndex.get(change.index) ?? []), { trend, change }])
  return [...byIndex]
    .sort(([a], [b]) => a - b)
    .map(([index, found]) => ({
      time: formatTime(history.points[index]!.startedAt),
      commits: formatCommits(history, index),
      changes: [...found].sort(byWeight).map(describeFound),
      others: findOtherChanges(history, index).map(printable),
    }))
}

/** Formats as `2026-03-14 10:00`. */
function formatTime(iso: string): string {
  return printable(iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, '$1 $2'))
}

interface Found {
  readonly trend: Trend
  readonly change: TrendChange
}

/** Sorts worse before better, then by size. */
function byWeight(a: Found, b: Found): number {
  const size = ({ change }: Found) => Math.abs(change.change ?? Number.MAX_VALUE)
  return Number(b.change.isWorse) - Number(a.change.isWorse) || size(b) - size(a)
}

function describeFound({ trend, change }: Found): Moment['changes'][number] {
  const { request, metric } = trend
  const { before, after, isWorse } = change
  return {
    text: describeChange({ request, metric, baseline: before, current: after, change: change.change }),
    isWorse,
  }
}

function formatCommits({ points }: History, index: number): string {
  const [before, after] = [points[index - 1], points[index]].map(
    (point) => point?.environment.gitCommit ?? null,
  )
  if (after === null || after === undefined) return 'commit unknown'
  if (before === after) return `commit ${shorten(after)}, same as before`
  return `commit ${shorten(after)}${before ? ` (previously ${shorten(before)})` : ''}`
}

function shorten(commit: string): string {
  return printable(commit.slice(0, 12))
}
