/**
 * GitHub Actions: the job summary as Markdown, and annotations as workflow commands.
 */
import { printable } from '../../base/printable.js'
import { plural } from '../../base/units.js'
import type { Result } from '../../stats/result.js'
import type { NextStep } from '../advice.js'
import { describeAgents } from '../agents.js'
import { describeNeverSucceeded } from '../never-succeeded.js'
import { describeActual, describeChange, formatInterval, formatLimit, headline } from '../wording.js'
import type { Format } from './format.js'
import { escapeMarkdown, renderMarkdown } from './markdown.js'

function render(result: Result, next: NextStep | null): string {
  return `${renderMarkdown(result)}${renderNext(next)}\n${renderConditions(result)}`
}

/** Uses a code element, because nothing can be escaped between backticks. */
function renderNext(next: NextStep | null): string {
  return next === null ? '' : `\n${next.why}: <code>${escapeMarkdown(next.command)}</code>\n`
}

function renderConditions(result: Result): string {
  const { scenario, seed, environment } = result
  const agents = describeAgents(result)
  const { cpu, cores, os, node, perfctl, gitCommit } = environment
  const facts = [
    scenario.load,
    `target ${scenario.target}`,
    `seed ${seed}`,
    ...(gitCommit === null ? [] : [`commit ${gitCommit.slice(0, 12)}`]),
    `${cpu}, ${plural(cores, 'core')}`,
    ...(agents === null ? [] : [agents]),
    os,
    `Node.js ${node}`,
    `perfctl ${perfctl}`,
  ]
  return `<sub>${facts.map(escapeMarkdown).join(' · ')}</sub>\n`
}

/** The scenario file: its path in the repository and its text, empty if it can't be read. */
export interface ScenarioSource {
  readonly path: string
  readonly text: string
}

/** GitHub shows ten annotations of a kind per step and drops the rest, so the tenth says how many are left. */
const ANNOTATIONS_MAX = 10

/**
 * Renders annotations for the job's page and the pull request, as workflow commands, one per line: an error for each
 * request that never succeeded, each missed threshold and each regression; a warning for an inconclusive run. Empty for
 * a run that passed.
 */
export function renderAnnotations(result: Result, source: ScenarioSource | null): string {
  const annotations = listAnnotations(result)
  const shown = annotations.length > ANNOTATIONS_MAX ? annotations.slice(0, ANNOTATIONS_MAX - 1) : annotations
  const lines = shown.map((annotation) => renderCommand(annotation, source))
  const left = annotations.length - shown.length
  if (left > 0) {
    const message = `${left} more are in the job summary.`
    lines.push(renderCommand({ level: 'error', title: 'perfctl', message, subject: null }, source))
  }
  return lines.map((line) => `${line}\n`).join('')
}

interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
  /** The threshold or request to look for in the scenario. */
  readonly subject: string | null
}

function listAnnotations(result: Result): Annotation[] {
  const broken = result.thresholds
    .filter(({ passed, inDoubt }) => !passed && inDoubt !== true)
    .map(
      (threshold): Annotation => ({
        level: 'error',
        title: 'threshold not met',
        message: `${threshold.expression}: ${describeActual(threshold)}`,
        subject: threshold.expression,
      }),
    )
  const annotations = [...listNeverSucceeded(result), ...broken, ...listRegressions(result)]
  if (annotations.length > 0 || result.verdict === 'passed') return annotations
  const level = result.verdict === 'inconclusive' || result.verdict === 'interrupted' ? 'warning' : 'error'
  return [{ level, title: result.verdict, message: headline(result), subject: null }]
}

function listNeverSucceeded(result: Result): Annotation[] {
  if (result.verdict !== 'failed') return []
  return describeNeverSucceeded(result).map(({ name, sentence, remedy }) => ({
    level: 'error',
    title: 'never succeeded',
    message: `${sentence}; if that is intended, write ${remedy}`,
    subject: name,
  }))
}

function listRegressions({ comparison }: Result): Annotation[] {
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

function renderCommand(
  { level, title, message, subject }: Annotation,
  source: ScenarioSource | null,
): string {
  const place =
    source === null ? '' : `file=${escapeProperty(source.path)},line=${findLine(source.text, subject)},`
  return `::${level} ${place}title=${escapeProperty(`perfctl: ${title}`)}::${escapeMessage(message)}`
}

/** Returns the first line that is the subject, after a dash or a key, quoted or not; 1 if there is none. */
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

/** Escapes for the runner: a line break would start another command. */
function escapeMessage(text: string): string {
  return printable(text).replaceAll('%', '%25')
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** The format of `--report github`: the job summary. */
export default { id: 'github', extension: 'github.md', render } satisfies Format
