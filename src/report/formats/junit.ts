/**
 * JUnit XML, which every CI displays: a case per threshold, per compared metric and per request that never succeeded,
 * and one for the run. The output is valid for both Jenkins' schema (xunit-plugin, junit-10.xsd) and Surefire's; where
 * they differ, Jenkins' wins.
 */
import { printable } from '../../base/printable.js'
import type { MetricComparison } from '../../stats/comparison.js'
import type { Result, ThresholdResult } from '../../stats/result.js'
import { describeNeverSucceeded } from '../never-succeeded.js'
import { describeActual, describeChange, formatInterval, formatLimit, headline } from '../wording.js'
import type { Format } from './format.js'

interface Case {
  readonly classname: string
  readonly name: string
  readonly outcome: Outcome | null
}

type Outcome =
  | { readonly tag: 'failure' | 'error'; readonly type: string; readonly message: string }
  | { readonly tag: 'skipped'; readonly message: string }

function render(result: Result): string {
  const cases = listCases(result)
  const count = (tag: string) => cases.filter(({ outcome }) => outcome?.tag === tag).length
  const time = result.durationSeconds.toFixed(3)
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`
  const skipped = `skipped="${count('skipped')}"`
  const suite = `name="${escapeXml(result.scenario.name)}" ${counts} ${skipped} time="${time}" timestamp="${escapeXml(result.startedAt)}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="perfctl" ${counts} time="${time}">`,
    `  <testsuite ${suite}>`,
    ...cases.map(renderCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

/** There is always at least one case: CIs don't show an empty suite. */
function listCases(result: Result): Case[] {
  const judged = [...neverSucceededCases(result), ...thresholdCases(result), ...metricCases(result)]
  const isRed = judged.some(({ outcome }) => outcome?.tag === 'failure')
  return [...judged, runCase(result, isRed)]
}

function neverSucceededCases(result: Result): Case[] {
  if (result.verdict !== 'failed') return []
  return describeNeverSucceeded(result).map(({ name, sentence, remedy }) => ({
    classname: `perfctl.${result.scenario.name}.${name}`,
    name: 'succeeds',
    outcome: {
      tag: 'failure',
      type: 'never_succeeded',
      message: `${sentence}; if that is intended, write ${remedy}`,
    },
  }))
}

function thresholdCases(result: Result): Case[] {
  const { thresholds, scenario } = result
  return thresholds.map((threshold) => ({
    classname: `perfctl.${scenario.name}.thresholds`,
    name: threshold.expression,
    outcome: thresholdOutcome(threshold, result),
  }))
}

function thresholdOutcome(threshold: ThresholdResult, { verdict, generator }: Result): Case['outcome'] {
  const { passed, inDoubt } = threshold
  const measured = describeActual(threshold)
  if (inDoubt === true) return { tag: 'skipped', message: `${measured}, but requests were sent late` }
  // The figures aren't the service's, so the threshold can't be judged.
  if (verdict === 'inconclusive' && generator.saturated) {
    return { tag: 'skipped', message: `${measured}, but the load generator was the bottleneck` }
  }
  return passed ? null : { tag: 'failure', type: 'threshold', message: `not met: ${measured}` }
}

function metricCases({ comparison, scenario }: Result): Case[] {
  return (comparison?.metrics ?? []).map((row) => ({
    classname: `perfctl.${scenario.name}.${row.request ?? (row.pooled === undefined ? 'run' : 'rest')}`,
    name: row.metric,
    outcome: outcomeOf(row, comparison!.verdict === 'regressed'),
  }))
}

function outcomeOf(row: MetricComparison, gates: boolean): Case['outcome'] {
  const { verdict, reason } = row
  if (verdict === 'missing' || verdict === 'regressed') {
    const sure = row.interval === null ? '' : `; 95% CI ${formatInterval(row)}, limit ${formatLimit(row)}`
    const message = describeChange(row) + sure
    return gates ? { tag: 'failure', type: 'regression', message } : { tag: 'skipped', message }
  }
  return verdict === 'inconclusive' ? { tag: 'skipped', message: reason ?? 'inconclusive' } : null
}

/** The case of the whole run. Without it, an aborted or inconclusive run in which nothing was judged looks green. */
function runCase(result: Result, isRed: boolean): Case {
  return {
    classname: `perfctl.${result.scenario.name}`,
    name: 'run',
    outcome: runOutcome(result, isRed),
  }
}

function runOutcome(result: Result, isRed: boolean): Case['outcome'] {
  const { verdict } = result
  const message = headline(result)
  switch (verdict) {
    case 'passed':
      return null
    case 'inconclusive':
      return { tag: 'skipped', message }
    case 'error':
    case 'interrupted':
      return { tag: 'error', type: verdict, message }
    default:
      // The failure already has a case of its own.
      return isRed ? null : { tag: 'failure', type: verdict, message }
  }
}

/** Writes the message twice: some tools show the attribute, others the content. */
function renderCase({ classname, name, outcome }: Case): string {
  const open = `    <testcase classname="${escapeXml(classname)}" name="${escapeXml(name)}" time="0"`
  if (outcome === null) return `${open}/>`
  const message = escapeXml(outcome.message)
  const type = outcome.tag === 'skipped' ? '' : ` type="${outcome.type}"`
  return `${open}><${outcome.tag} message="${message}"${type}>${message}</${outcome.tag}></testcase>`
}

/** XML forbids control characters even escaped; `printable` writes them out. */
function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

export default { id: 'junit', extension: 'xml', render } satisfies Format
