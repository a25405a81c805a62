/**
 * Histories as JSON, `perfctl/history@1`: fields may be added but are never renamed. Latencies are in ms, rates per
 * second, shares as ratios; null means not measured.
 */
import { escapedJson } from '../../base/printable.js'
import type { History } from '../../verdict/history.js'
import { findOtherChanges, type Trend, type TrendChange } from '../../verdict/trend.js'

/** Renders the JSON, ending with a newline. */
export function renderHistoryJson(
  histories: readonly { readonly history: History; readonly trends: readonly Trend[] }[],
): string {
  const scenarios = histories.map(({ history, trends }) => ({
    scenario: history.scenario,
    load: history.load,
    baseline: history.baseline,
    points: history.points.map(({ startedAt, file, environment }) => ({
      startedAt,
      file,
      gitCommit: environment.gitCommit,
    })),
    trends: trends.map(({ changes, ...trend }) => ({
      ...trend,
      changes: changes.map((change) => describeChange(history, change)),
    })),
  }))
  return `${escapedJson(JSON.stringify({ schema: 'perfctl/history@1', scenarios }, null, 2))}\n`
}

function describeChange(history: History, change: TrendChange) {
  const [before, after] = [history.points[change.index - 1]!, history.points[change.index]!]
  return {
    ...change,
    startedAt: after.startedAt,
    gitCommit: after.environment.gitCommit,
    previousGitCommit: before.environment.gitCommit,
    alsoDifferent: findOtherChanges(history, change.index),
  }
}
