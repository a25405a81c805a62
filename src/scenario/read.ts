/**
 * The text of a scenario file → Scenario. Pure: no file is opened, no clock is read.
 */
import { basename, dirname, extname, isAbsolute, join } from 'node:path'
import { type Problem, UserError } from '../base/errors.js'
import { cover, redact } from '../base/secrets.js'
import { authHeaders } from './auth.js'
import { readFields, type ScenarioInput } from './definition.js'
import type { Environment } from './environment.js'
import { makeReference } from './reference.js'
import { lowerCaseKeys, makeRequest, requestNames } from './request.js'
import type { BaselineOptions, Scenario, Threshold } from './scenario.js'
import { findSecrets } from './secrets.js'
import { makeLoad } from './stages.js'
import { follow, isTreeMap, type Mistake, type Path, type Tree, type TreeMap } from './tree.js'
import { readYaml, type YamlFile } from './yaml.js'

export interface ReadOptions {
  /** The path of the file, as messages show it; the baseline's file lies relative to it. */
  readonly file: string
  /** What `${NAME}` is filled in from. */
  readonly env: Environment
}

/** The scenario that a YAML text describes. Throws one UserError with everything that is wrong, in order of place. */
export function readScenario(text: string, options: ReadOptions): Scenario {
  const yaml = readYaml(text, options.file)
  const root: TreeMap = isTreeMap(yaml.tree) ? yaml.tree : {}
  const requests = requestNames(root.requests, options.env)
  const names = isTreeMap(root.data) ? Object.keys(root.data) : []
  const secrets = findSecrets(text, root, options.env)
  const outcome =
    yaml.tree === null
      ? { mistakes: yaml.problems.length === 0 ? [EMPTY] : [] }
      : readFields(yaml.tree, { env: options.env, names, requests })
  const mistakes = 'mistakes' in outcome ? outcome.mistakes : []
  const told = mistakes.filter((mistake) => isWorthTelling(mistake, mistakes, yaml))
  const problems = [...yaml.problems, ...told.map((mistake) => locate(mistake, yaml))]
  if (problems.length > 0 || !('input' in outcome)) throw new UserError(inOrder(problems, secrets))
  const safe = (value: string) => redact(value, secrets)
  return makeScenario(outcome.input, { ...options, text, requests: requests.map(safe), secrets, yaml })
}

const EMPTY: Mistake = {
  message: 'the file is empty',
  hint: 'write a scenario; the shortest one is requests: [{ get: / }]',
}

interface Origin extends ReadOptions {
  readonly text: string
  readonly requests: readonly string[]
  readonly secrets: readonly string[]
  readonly yaml: YamlFile
}

function makeScenario(input: ScenarioInput, origin: Origin): Scenario {
  const { file, secrets, yaml } = origin
  return {
    name: input.name ?? basename(file, extname(file)),
    description: input.description ?? null,
    file,
    text: redact(origin.text, secrets),
    target: input.target ?? null,
    load: makeLoad(input.load ?? {}),
    http: {
      timeoutMs: input.http?.timeout ?? 10_000,
      connectTimeoutMs: input.http?.connectTimeout ?? 5000,
      insecure: false,
      headers: { ...lowerCaseKeys(input.http?.headers ?? {}), ...authHeaders(input.http?.auth) },
    },
    data: Object.fromEntries(Object.entries(input.data ?? {}).map(([name, values]) => [name, { values }])),
    requests: input.requests.map((request, index) =>
      makeRequest(request, origin.requests[index]!, yaml.locate(['requests', index]).line),
    ),
    thresholds: (input.thresholds ?? []).map((threshold, index) =>
      makeThreshold(threshold, yaml.locate(['thresholds', index]).line, secrets),
    ),
    baseline: makeBaseline(input.baseline ?? {}, file),
    ...(input.reference && { reference: makeReference(input.reference) }),
    secrets,
  }
}

function makeThreshold(
  input: NonNullable<ScenarioInput['thresholds']>[number],
  line: number,
  secrets: readonly string[],
): Threshold {
  const { limit, abort = false, after = 5000, minSamples = 50 } = input
  const expression = redact(limit.expression, secrets)
  const request = limit.request === null ? null : redact(limit.request, secrets)
  return { ...limit, expression, request, abort: abort ? { afterMs: after, minSamples } : null, line }
}

function makeBaseline(input: NonNullable<ScenarioInput['baseline']>, file: string): BaselineOptions {
  const {
    p50 = 0.1,
    p95 = 0.15,
    p99 = 0.25,
    throughput = 0.1,
    error_rate: errorRate = 0.01,
  } = input.tolerance ?? {}
  return {
    file:
      input.file === undefined || isAbsolute(input.file)
        ? (input.file ?? null)
        : join(dirname(file), input.file),
    tolerance: { p50, p95, p99, throughput, errorRate },
    minDeltaMs: input.minDelta ?? 1,
  }
}

/**
 * A missing key that was merely misspelled is told once, as the misspelled one; so is a value that isn't even YAML
 * as it was meant.
 */
function isWorthTelling(mistake: Mistake, all: readonly Mistake[], yaml: YamlFile): boolean {
  if (!mistake.onKey && yaml.isBroken(existing(yaml.tree, mistake.path ?? []))) return false
  const key = /^(\w+) is missing$/.exec(mistake.message)?.[1]
  if (key === undefined) return true
  const place = pathText(mistake.path ?? [])
  return !all.some(
    (other) =>
      other.onKey && other.hint?.includes(`"${key}"`) && pathText(other.path!.slice(0, -1)) === place,
  )
}

function locate(mistake: Mistake, yaml: YamlFile): Problem {
  const path = existing(yaml.tree, mistake.path ?? [])
  const where = pathText(mistake.onKey ? path.slice(0, -1) : path)
  return {
    message: where === '' ? mistake.message : `${where}: ${mistake.message}`,
    place: yaml.locate(path, mistake),
    hint: mistake.hint,
  }
}

/** The path as far as the file goes: what a short form stands for isn't in it. */
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

/** Sorted by place, each once, and without any secret in them. */
function inOrder(problems: readonly Problem[], secrets: readonly string[]): Problem[] {
  const unique = new Map(
    problems.map((problem) => [
      `${problem.place?.line}:${problem.place?.column}:${problem.message}`,
      problem,
    ]),
  )
  return [...unique.values()]
    .sort((a, b) => a.place!.line - b.place!.line || a.place!.column - b.place!.column)
    .map(({ message, place, hint }) => ({
      message: redact(message, secrets),
      place: place && { ...place, text: cover(place.text, secrets) },
      hint: hint === null ? null : redact(hint, secrets),
    }))
}
