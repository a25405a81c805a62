/**
 * The options that several commands share: each has one name and one meaning everywhere.
 */
import { parseLiveWeb } from './live-web.js'

/** An option of a command, as help shows it. */
export interface OptionSpec {
  readonly flags: string
  readonly description: string
  readonly preset?: string
  readonly isRepeatable?: boolean
  /** The only values it takes. */
  readonly choices?: readonly string[]
  /** Reads its value. Throws a UserError. */
  readonly parse?: (text: string) => unknown
}

/** All of them. */
export const OPTIONS = {
  target: {
    flags: '-t, --target <url>',
    description: "instead of the scenario's target; `demo` is the built-in service",
  },
  vus: { flags: '-u, --vus <n>', description: 'this many virtual users, constantly' },
  duration: { flags: '-d, --duration <time>', description: 'for this long, such as 30s' },
  rate: {
    flags: '-r, --rate <n/s>',
    description: 'this many requests per second, whatever the service does',
  },
  iterations: { flags: '-i, --iterations <n>', description: 'end after this many iterations' },
  stage: {
    flags: '-s, --stage <time:users>',
    description: 'ramp to this many virtual users, such as 30s:20; repeatable',
    isRepeatable: true,
  },
  env: {
    flags: '-e, --env <KEY=VALUE>',
    description: 'fills ${KEY} in the scenario; repeatable',
    isRepeatable: true,
  },
  envFile: {
    flags: '--env-file <file>',
    description: 'a file of NAME=value lines for the same; repeatable',
    isRepeatable: true,
  },
  profile: {
    flags: '--profile <name>',
    description: "one of the scenario's profiles instead of its load",
  },
  header: {
    flags: '-H, --header <header>',
    description: "another header for every request, 'name: value'; repeatable",
    isRepeatable: true,
  },
  insecure: { flags: '-k, --insecure', description: 'do not check certificates' },
  connectTo: {
    flags: '--connect-to <h1:p1:h2:p2>',
    description: 'connect to h2:p2 instead of h1:p1, as curl does; repeatable',
    isRepeatable: true,
  },
  workers: {
    flags: '--workers <n>',
    description: 'threads that send; auto leaves a core to a target on this machine',
    preset: 'auto',
  },
  seed: { flags: '--seed <n>', description: 'repeats the random choices of an earlier run' },
  runs: {
    flags: '--runs <n>',
    description: 'run each scenario this often, and judge the runs together',
    preset: '1',
  },
  shard: {
    flags: '--shard <k/n>',
    description: "send the k-th of n machines' part of the load; see perfctl merge",
  },
  baseline: {
    flags: '--baseline <file>',
    description: "compare with this baseline instead of the scenario's",
  },
  noBaseline: { flags: '--no-baseline', description: 'compare with nothing' },
  requireBaseline: { flags: '--require-baseline', description: 'refuse to judge without a baseline' },
  updateBaseline: {
    flags: '--update-baseline',
    description: 'make the result the new baseline if the run passes',
  },
  allowEnvironment: {
    flags: '--allow-environment',
    description: 'judge although the baseline was made on another kind of machine',
  },
  allowMissing: {
    flags: '--allow-missing',
    description: 'a request of the baseline that is not sent any more is no regression',
  },
  confirm: {
    flags: '--confirm <ab>',
    description: "settle what the baseline suspects side by side with the scenario's reference, as ab does",
    choices: ['ab'],
  },
  maxDuration: {
    flags: '--max-duration <time>',
    description: 'with --confirm ab: measured time of each side at most',
    preset: '120s',
  },
  inconclusive: {
    flags: '--inconclusive <fail|pass>',
    description: 'how an inconclusive run exits: 4 or 0',
    preset: 'pass',
    choices: ['fail', 'pass'],
  },
  stream: {
    flags: '--stream <sink=address>',
    description:
      'send metrics while it runs: prometheus, remote-write, otlp, influx, statsd, dogstatsd or ndjson; repeatable',
    isRepeatable: true,
  },
  report: {
    flags: '--report <format[=path]>',
    description: 'html, markdown, github, junit, json, csv or csv-windows; - is stdout; repeatable',
    isRepeatable: true,
  },
  resultsDir: {
    flags: '--results-dir <dir>',
    description: 'where results are saved',
    preset: '.perfctl/results',
  },
  liveWeb: {
    flags: '--live-web [port]',
    description: 'show the run in a browser; 0.0.0.0:8080 for other machines too',
    parse: parseLiveWeb,
  },
  quiet: { flags: '-q, --quiet', description: 'no progress and no notes' },
  noProgress: { flags: '--no-progress', description: 'no live view; one plain line every 10 s' },
  noColor: { flags: '--no-color', description: 'without colours (also: NO_COLOR)' },
} as const satisfies Readonly<Record<string, OptionSpec>>

/** Which of them. */
export type OptionName = keyof typeof OPTIONS

/** A shared option of which a command says something else: what it means there, or its preset. */
export function like(name: OptionName, changes: Partial<Omit<OptionSpec, 'flags'>>): OptionSpec {
  const spec: OptionSpec = OPTIONS[name]
  return { ...spec, ...changes }
}
