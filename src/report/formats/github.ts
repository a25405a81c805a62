/**
 * GitHub Actions: the job summary as a text, and the annotations, which are lines that a step prints.
 */
import { printable } from '../../base/printable.js'
import { plural } from '../../base/units.js'
import type { Result } from '../../stats/result.js'
import { type NextStep, nextStep } from '../advice.js'
import { describeNeverSucceeded } from '../never-succeeded.js'
import { describeActual, describeChange, formatInterval, formatLimit, headline } from '../wording.js'
import type { Format } from './format.js'
import { escapeMarkdown, renderMarkdown } from './markdown.js'

function render(result: Result, next = nextStep(result)): string {
  return `${renderMarkdown(result)}${renderNext(next)}\n${renderConditions(result)}`
}

/** In a code element, not between backticks: there, nothing could be escaped. */
function renderNext(next: NextStep | null): string {
  return next === null ? '' : `\n${next.why}: <code>${escapeMarkdown(next.command)}</code>\n`
}

function renderConditions({ scenario, seed, environment }: Result): string {
  const { cpu, cores, os, node, perfctl, gitCommit } = environment
  const facts = [
    scenario.load,
    `target ${scenario.target}`,
    `seed ${seed}`,
    ...(gitCommit === null ? [] : [`commit ${gitCommit.slice(0, 12)}`]),
    `${cpu}, ${plural(cores, 'core')}`,
    os,
    `Node.js ${node}`,
    `perfctl ${perfctl}`,
  ]
  return `<sub>${facts.map(escapeMarkdown).join(' · ')}</sub>\n`
}

/** The scenario's file as the repository knows it, and what stands in it; the text is empty where it can't be read. */
export interface ScenarioSource {
  readonly path: string
  readonly text: string
}

/** GitHub shows ten of each kind for a step and drops the others, so the tenth says how many there are. */
const ANNOTATIONS_MAX = 10

/**
 * What the job's page and the pull request show beside the scenario: an error for each request that never succeeded, each
 * broken threshold and each regression, a warning where the run doesn't tell. Workflow commands, a line each; empty for a run that passed.
 */
export function renderAnnotations(result: Result, source: ScenarioSource | null): string {
  const findings = listFindings(result)
  const shown = findings.length > ANNOTATIONS_MAX ? findings.slice(0, ANNOTATIONS_MAX - 1) : findings
  const lines = shown.map((finding) => renderCommand(finding, source))
  const left = findings.length - shown.length
  if (left > 0) {
    const message = `${left} more are in the job summary.`
    lines.push(renderCommand({ level: 'error', title: 'perfctl', message, subject: null }, source))
  }
  return lines.map((line) => `${line}\n`).join('')
}

interface Finding {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
  /** The threshold or request that it is about, to be looked for in the scenario. */
  readonly subject: string | null
}

function listFindings(result: Result): Finding[] {
  const broken = result.thresholds
    .filter(({ passed }) => !passed)
    .map(
      ({ expression, actual }): Finding => ({
        level: 'error',
        title: 'threshold not met',
        message: `${expression}: ${describeActual(expression, actual)}`,
        subject: expression,
      }),
    )
  const findings = [...listNeverSucceeded(result), ...broken, ...listRegressions(result)]
  if (findings.length > 0 || result.verdict === 'passed') return findings
  const level = result.verdict === 'inconclusive' || result.verdict === 'interrupted' ? 'warning' : 'error'
  return [{ level, title: result.verdict, message: headline(result), subject: null }]
}

function listNeverSucceeded(result: Result): Finding[] {
  if (result.verdict !== 'failed') return []
  return describeNeverSucceeded(result).map(({ name, sentence, remedy }) => ({
    level: 'error',
    title: 'never succeeded',
    message: `${sentence}; if that is intended, write ${remedy}`,
    subject: name,
  }))
}

function listRegressions({ comparison }: Result): Finding[] {
  if (comparison?.verdict !== 'regressed') return []
  return comparison.metrics
    .filter(({ verdict }) => verdict === 'regressed' || verdict === 'missing')
    .map((row) => ({
      level: 'error',
      title: row.verdict,
      message:
        row.interval === null
          ? describeChange(row)
          : `${describeChange(row)}; 95% CI ${formatInterval(row)}, limit ${formatLimit(row)}`,
      subject: row.request,
    }))
}

function renderCommand({ level, title, message, subject }: Finding, source: ScenarioSource | null): string {
  const place =
    source === null ? '' : `file=${escapeProperty(source.path)},line=${findLine(source.text, subject)},`
  return `::${level} ${place}title=${escapeProperty(`perfctl: ${title}`)}::${escapeMessage(message)}`
}

/** The first line that names the subject as a whole item: behind a dash or a key, in quotes or not; else line 1. */
function findLine(text: string, subject: string | null): number {
  if (subject === null) return 1
  const lines = text.split('\n')
  const index = lines.findIndex((line) => itemOf(line) === squeeze(subject))
  return index < 0 ? 1 : index + 1
}

function itemOf(line: string): string {
  const item = line.replace(/\s+#.*$/, '').replace(/^\s*-?\s*(name:\s*)?/, '')
  return squeeze(item.replace(/^(["'])(.*)\1\s*$/, '$2'))
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '')
}

/** As the runner reads commands: a line break would begin another one. */
function escapeMessage(text: string): string {
  return printable(text).replaceAll('%', '%25')
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** The format of `--report github`: the job summary. */
export default { id: 'github', extension: 'github.md', render } satisfies Format
