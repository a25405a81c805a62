/**
 * JUnit XML, which every CI shows: one case for each threshold and for each compared metric.
 */
import { printable } from '../base/printable.js'
import type { MetricComparison, Result } from '../stats/result.js'
import type { Format } from './index.js'
import { describeChange, formatActual, formatInterval, formatLimit, headline } from './wording.js'

interface Case {
  readonly classname: string
  readonly name: string
  readonly outcome: { readonly tag: 'failure' | 'error' | 'skipped'; readonly message: string } | null
}

function render(result: Result): string {
  const cases = [...thresholdCases(result), ...metricCases(result), ...runCases(result)]
  const count = (tag: string) => cases.filter(({ outcome }) => outcome?.tag === tag).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`
  const suite = `name="${escapeXml(result.scenario.name)}" ${counts} time="${result.durationSeconds}" timestamp="${escapeXml(result.startedAt)}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="perfctl" ${counts} time="${result.durationSeconds}">`,
    `  <testsuite ${suite}>`,
    ...cases.map(renderCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function thresholdCases({ thresholds, scenario }: Result): Case[] {
  return thresholds.map(({ expression, actual, passed }) => ({
    classname: `perfctl.${scenario.name}.thresholds`,
    name: expression,
    outcome: passed
      ? null
      : { tag: 'failure', message: `not met: measured ${formatActual(expression, actual)}` },
  }))
}

function metricCases({ comparison, scenario }: Result): Case[] {
  return (comparison?.metrics ?? []).map((row) => ({
    classname: `perfctl.${scenario.name}.${row.request ?? 'run'}`,
    name: row.metric,
    outcome: outcomeOf(row, comparison!.verdict === 'regressed'),
  }))
}

function outcomeOf(row: MetricComparison, gates: boolean): Case['outcome'] {
  const { verdict, reason } = row
  if (verdict === 'missing' || verdict === 'regressed') {
    const sure = row.interval === null ? '' : `; 95% sure: ${formatInterval(row)}, limit ${formatLimit(row)}`
    return { tag: gates ? 'failure' : 'skipped', message: describeChange(row) + sure }
  }
  return verdict === 'inconclusive' ? { tag: 'skipped', message: reason ?? 'inconclusive' } : null
}

/** A run that broke off must not be green because nothing was judged. */
function runCases(result: Result): Case[] {
  if (result.verdict !== 'error' && result.verdict !== 'interrupted') return []
  return [
    {
      classname: `perfctl.${result.scenario.name}`,
      name: 'run',
      outcome: { tag: 'error', message: headline(result) },
    },
  ]
}

function renderCase({ classname, name, outcome }: Case): string {
  const open = `    <testcase classname="${escapeXml(classname)}" name="${escapeXml(name)}"`
  return outcome === null
    ? `${open}/>`
    : `${open}><${outcome.tag} message="${escapeXml(outcome.message)}"/></testcase>`
}

/** Control characters are not allowed in XML, not even escaped; `printable` writes them out. */
function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

export default { id: 'junit', extension: 'xml', render } satisfies Format
