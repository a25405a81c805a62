/**
 * The text of a scenario file → Scenario. Pure except for files that it names, which `options.files` reads. Reads no
 * clock.
 */
import { basename, extname } from 'node:path'
import { type Problem, UserError } from '../base/errors.js'
import { cover, redact } from '../base/secrets.js'
import { plural } from '../base/units.js'
import { makeBaseline } from './blocks/baseline.js'
import { checkSlo, makeCapacity } from './blocks/capacity.js'
import { capturedNames } from './blocks/capture.js'
import { makeFeeder } from './blocks/data.js'
import { readFields, type ScenarioInput } from './blocks/definition.js'
import { makeHttp } from './blocks/http.js'
import { makeLoad } from './blocks/load.js'
import { settleLimit } from './blocks/metric-limit.js'
import { checkObserved, makeObserve } from './blocks/observe.js'
import { checkProfile } from './blocks/profiles.js'
import { makeReady } from './blocks/ready.js'
import { makeReference } from './blocks/reference.js'
import { measuredNames, type Names, readNames, type StepNames } from './blocks/request-names.js'
import { makeEntry } from './blocks/requests.js'
import { makeSteps } from './blocks/steps.js'
import { makeThreshold } from './blocks/thresholds.js'
import { inferShapes } from './data/feeders.js'
import type { FileReader } from './data/files.js'
import { Tables } from './data/tables.js'
import { Uploads } from './data/uploads.js'
import type { Scenario } from './model/scenario.js'
import { findSecrets } from './secrets/found.js'
import { safeText } from './secrets/redacted-text.js'
import type { Environment } from './template/environment.js'
import { checkRowsOutside, checkUses } from './template/uses.js'
import { readExtended } from './yaml/extend.js'
import { follow, isTreeMap, type Path, type Tree, type TreeMap, type TreeProblem } from './yaml/tree.js'
import type { YamlFile } from './yaml/yaml.js'

export interface ReadOptions {
  /** The path of the file, as messages show it. The path of the baseline is relative to it. */
  readonly file: string
  /** Variables for `${NAME}`. */
  readonly env: Environment
  /** Reads the files that the scenario names. Without it, naming a file is a problem. */
  readonly files?: FileReader
  /** The profile to use; absent for `load`, or for the first profile if there is no `load`. */
  readonly profile?: string | undefined
}

/** The scenario in a YAML text. Throws a single UserError with all problems, in order of place. */
export function readScenario(text: string, options: ReadOptions): Scenario {
  const yaml = readExtended(text, options)
  const root: TreeMap = isTreeMap(yaml.tree) ? yaml.tree : {}
  const names = readNames(root, options.env)
  const tables = new Tables(options.files)
  const uploads = new Uploads(options.files)
  const context = {
    ...options,
    uploads,
    shapes: inferShapes(root.data, options.env, tables),
    variables: capturedNames(root),
    requests: measuredNames(names),
  }
  const secrets = findSecrets(yaml.texts.join('\n'), root, options.env)
  const outcome =
    yaml.tree === null
      ? { problems: yaml.problems.length === 0 ? [EMPTY] : [] }
      : readFields(yaml.tree, context, { names, tables })
  const found = 'problems' in outcome ? outcome.problems : []
  const reported = found.filter(
    (problem) =>
      isWorthReporting(problem, found, yaml) &&
      !(yaml.isIncomplete && (problem.missing ?? problem.definedUnder) !== undefined),
  )
  const problems = [...yaml.problems, ...reported.map((problem) => locate(problem, yaml))]
  if (problems.length > 0 || !('input' in outcome))
    throw new UserError(inOrder(problems, secrets, options.file))
  const scenario = makeScenario(outcome.input, {
    ...options,
    text,
    names: safeNames(names, secrets),
    secrets,
    tables,
    uploads,
    yaml,
  })
  const late = [
    ...checkUses(root),
    ...checkRowsOutside(scenario),
    ...checkProfile(outcome.input.profiles, options.profile),
    ...checkObserved(scenario.thresholds, scenario.observe),
    ...checkSlo(scenario.capacity?.slo ?? [], scenario.observe),
  ]
  if (late.length > 0)
    throw new UserError(
      inOrder(
        late.map((problem) => locate(problem, yaml)),
        secrets,
        options.file,
      ),
    )
  return scenario
}

const EMPTY: TreeProblem = {
  message: 'the file is empty',
  hint: 'write a scenario; the shortest one is requests: [{ get: / }]',
}

interface Origin extends ReadOptions {
  readonly text: string
  readonly names: Names
  readonly secrets: readonly string[]
  readonly tables: Tables
  readonly uploads: Uploads
  readonly yaml: YamlFile
}

function makeScenario(input: ScenarioInput, origin: Origin): Scenario {
  const { file, names, secrets, uploads, yaml } = origin
  const files = uploads.all()
  // Without load, the first profile is the default.
  const first = input.load === undefined ? Object.keys(input.profiles ?? {})[0] : undefined
  const profile = origin.profile ?? first
  const name = input.name ?? basename(file, extname(file))
  // A part of an extended file gets line 1, because reports show only this file.
  const lineOf = (path: Path) => {
    const place = yaml.locate(path)
    return place.file === file ? place.line : 1
  }
  const observe = makeObserve(input.observe ?? {}, lineOf(['observe', 'metrics']))
  const phase = (key: 'before' | 'beforeEach' | 'after') =>
    makeSteps(input[key] ?? [], names[key], [key], lineOf)
  return {
    // Each profile has its own results and baseline, because different loads can't be compared.
    name: profile === undefined ? name : `${name}-${profile}`,
    description: input.description ?? null,
    file,
    profile: profile ?? null,
    text: safeText(origin.text, secrets, file),
    target: input.target ?? null,
    load: makeLoad((profile === undefined ? input.load : input.profiles?.[profile]) ?? {}),
    http: makeHttp(input.http ?? {}, file),
    data: Object.fromEntries(
      Object.entries(input.data ?? {}).map(([name, entry]) => [name, makeFeeder(entry, origin.tables)]),
    ),
    requests: input.requests.map((entry, index) =>
      makeEntry(entry, names.entries[index]!, ['requests', index], lineOf),
    ),
    ...(input.ready && { ready: makeReady(input.ready, lineOf(['ready'])) }),
    before: phase('before'),
    beforeEach: phase('beforeEach'),
    after: phase('after'),
    ...(files && { files }),
    ...(observe && { observe }),
    thresholds: (input.thresholds ?? []).map((threshold, index) =>
      settleLimit(makeThreshold(threshold, lineOf(['thresholds', index]), secrets), observe),
    ),
    baseline: makeBaseline(input.baseline ?? {}, file, profile),
    ...(input.capacity && {
      capacity: makeCapacity(input.capacity, (path) => lineOf(['capacity', ...path]), secrets),
    }),
    ...(input.reference && { reference: makeReference(input.reference) }),
    secrets,
  }
}

/** The names with their secrets redacted. */
function safeNames({ entries, before, beforeEach, after }: Names, secrets: readonly string[]): Names {
  const steps = (names: StepNames): StepNames =>
    names.map((name) => (typeof name === 'string' ? redact(name, secrets) : steps(name)))
  return {
    entries: entries.map((entry) => ({ name: redact(entry.name, secrets), steps: steps(entry.steps) })),
    before: steps(before),
    beforeEach: steps(beforeEach),
    after: steps(after),
  }
}

/**
 * Whether to report a problem. A missing key that is only misspelled is reported once, as the misspelled one; so are
 * names that it would define. A value that is broken YAML is already reported.
 */
function isWorthReporting(problem: TreeProblem, all: readonly TreeProblem[], yaml: YamlFile): boolean {
  if (!problem.onKey && yaml.isBroken(existing(yaml.tree, problem.path ?? []))) return false
  const { missing, definedUnder } = problem
  if (definedUnder !== undefined)
    return !all.some(
      (other) => other.onKey && other.meant !== undefined && definedUnder.includes(other.meant),
    )
  if (missing === undefined) return true
  const place = pathText(problem.path ?? [])
  return !all.some(
    (other) => other.onKey && other.meant === missing && pathText(other.path!.slice(0, -1)) === place,
  )
}

function locate(problem: TreeProblem, yaml: YamlFile): Problem {
  const path = existing(yaml.tree, problem.path ?? [])
  const where = pathText(problem.onKey ? path.slice(0, -1) : path)
  return {
    message: where === '' ? problem.message : `${where}: ${problem.message}`,
    place: yaml.locate(path, problem),
    hint: problem.hint,
  }
}

/** The part of a path that exists in the file. The parts that a short form implies don't. */
function existing(tree: Tree | null, path: Path): Path {
  return tree === null ? [] : path.slice(0, follow(tree, path).length - 1)
}

function pathText(path: Path): string {
  return path
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w-]+$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join('')
    .replace(/^\./, '')
}

/** Sorts problems by place, removes duplicates and redacts secrets. */
function inOrder(problems: readonly Problem[], secrets: readonly string[], file: string): Problem[] {
  const unique = new Map(
    problems.map((problem) => [
      `${problem.place?.line}:${problem.place?.column}:${problem.message}`,
      problem,
    ]),
  )
  const sorted = [...unique.values()].sort(
    (a, b) =>
      Number(a.place!.file !== file) - Number(b.place!.file !== file) ||
      a.place!.line - b.place!.line ||
      a.place!.column - b.place!.column,
  )
  return firstOf(sorted).map(({ message, place, hint }) => ({
    message: redact(message, secrets),
    place: place && { ...place, text: cover(place.text, secrets) },
    hint: hint === null ? null : redact(hint, secrets),
  }))
}

/** More problems come from a generated file, and bury the first ones. */
const PROBLEMS_MAX = 100

function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const left = problems.length - PROBLEMS_MAX
  if (left <= 0) return problems
  const { place } = problems[PROBLEMS_MAX]!
  const rest = {
    message: `${plural(left, 'more problem')} from here on`,
    place,
    hint: 'fix those above first',
  }
  return [...problems.slice(0, PROBLEMS_MAX), rest]
}
