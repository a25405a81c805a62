/**
 * JUnit XML, which every CI shows: one case for each threshold and for each compared metric. Its shape is what both
 * Jenkins' schema (xunit-plugin, junit-10.xsd) and Surefire's allow; where they differ, Jenkins' counts.
 */
import { printable } from '../base/printable.js'
import type { MetricComparison } from '../stats/comparison.js'
import type { Result } from '../stats/result.js'
import type { Format } from './index.js'
import { describeChange, formatActual, formatInterval, formatLimit, headline } from './wording.js'

interface Case {
  readonly classname: string
  readonly name: string
  readonly outcome: Outcome | null
}

type Outcome =
  | { readonly tag: 'failure' | 'error'; readonly type: string; readonly message: string }
  | { readonly tag: 'skipped'; readonly message: string }

function render(result: Result): string {
  const cases = [...thresholdCases(result), ...metricCases(result), ...runCases(result)]
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

function thresholdCases({ thresholds, scenario }: Result): Case[] {
  return thresholds.map(({ expression, actual, passed }) => ({
    classname: `perfctl.${scenario.name}.thresholds`,
    name: expression,
    outcome: passed
      ? null
      : {
          tag: 'failure',
          type: 'threshold',
          message: `not met: measured ${formatActual(expression, actual)}`,
        },
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
    const message = describeChange(row) + sure
    return gates ? { tag: 'failure', type: 'regression', message } : { tag: 'skipped', message }
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
      outcome: { tag: 'error', type: result.verdict, message: headline(result) },
    },
  ]
}

/** The message stands twice: some readers show the attribute, others what is inside. */
function renderCase({ classname, name, outcome }: Case): string {
  const open = `    <testcase classname="${escapeXml(classname)}" name="${escapeXml(name)}" time="0"`
  if (outcome === null) return `${open}/>`
  const message = escapeXml(outcome.message)
  const type = outcome.tag === 'skipped' ? '' : ` type="${outcome.type}"`
  return `${open}><${outcome.tag} message="${message}"${type}>${message}</${outcome.tag}></testcase>`
}

/** Control characters are not allowed in XML, not even escaped; `printable` writes them out. */
function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

export default { id: 'junit', extension: 'xml', render } satisfies Format
