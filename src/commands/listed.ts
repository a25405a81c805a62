/**
 * Commands without the many flags of a run, as a list: what `cli.ts` makes commands of. What they do is loaded when they are called.
 */
import type { ExitCode } from '../base/exit.js'
import type { DemoFlags } from './demo.js'
import type { RawExplainFlags } from './explain.js'
import type { RawHistoryFlags } from './history.js'
import type { ImportFlags } from './import.js'
import type { InitFlags } from './init.js'
import type { Io } from './io.js'
import type { RawMergeFlags } from './merge.js'
import type { RawSelftestFlags } from './selftest.js'
import type { RawTryFlags } from './try.js'
import type { RawValidateFlags } from './validate.js'

/** A command, its argument, its options. */
export interface CommandSpec {
  readonly name: string
  /** For the list of all commands, when the description is long. */
  readonly summary?: string
  readonly description: string
  readonly argument: readonly [name: string, description: string] | null
  /** A second one; `run` then gets both, as a list. */
  readonly further?: readonly [name: string, description: string]
  readonly options: readonly OptionSpec[]
  readonly run: (argument: never, flags: never, io: Io) => Promise<ExitCode>
}

interface OptionSpec {
  readonly flags: string
  readonly description: string
  readonly preset?: string
  readonly isRepeatable?: boolean
}

const TARGET = '-t, --target <url>'
const ENV: OptionSpec = {
  flags: '-e, --env <KEY=VALUE>',
  description: 'fills ${KEY} in the scenario; repeatable',
  isRepeatable: true,
}
const ENV_FILE: OptionSpec = {
  flags: '--env-file <file>',
  description: 'a file of NAME=value lines for the same; repeatable',
  isRepeatable: true,
}
const PROFILE: OptionSpec = {
  flags: '--profile <name>',
  description: "one of the scenario's profiles instead of its load",
}
const NO_COLOR: OptionSpec = { flags: '--no-color', description: 'without colours (also: NO_COLOR)' }

/** All of them, in the order of the help. */
export const LISTED: readonly CommandSpec[] = [
  {
    name: 'validate',
    description: 'check scenario files without sending anything',
    argument: ['<scenario...>', 'scenario files'],
    options: [
      ENV,
      ENV_FILE,
      PROFILE,
      { flags: '--report <json[=path]>', description: 'what was found, for other programs; - is stdout' },
    ],
    run: async (files: string[], flags: RawValidateFlags, io) =>
      (await import('./validate.js')).validate(files, flags, io),
  },
  {
    name: 'init',
    description: 'write a first scenario and a CI job',
    argument: null,
    options: [
      { flags: '--url <url>', description: 'the service to test; without it the built-in demo service' },
      { flags: '--openapi <file>', description: 'make the scenario of an OpenAPI or Swagger document' },
      {
        flags: '--ci <service>',
        description: 'github or gitlab; by default whichever the project seems to use',
      },
      { flags: '--no-ci', description: 'no CI job' },
      { flags: '--force', description: 'overwrite files that are there already' },
    ],
    run: async (_argument: undefined, flags: InitFlags, io) => (await import('./init.js')).init(flags, io),
  },
  {
    name: 'import',
    summary: 'make a scenario from what other programs wrote down',
    description:
      'Makes a scenario from what other programs wrote down: curl commands, a recording of a browser (har), a Postman collection, an OpenAPI or Swagger document, an access log. Prints it, with notes on top of what it could not carry over. Secrets become ${NAME}.',
    argument: ['<format>', 'curl, har, postman, openapi or access-log'],
    further: ['[file...]', 'a file, - for stdin, or a curl command in quotes'],
    options: [
      { flags: '-o, --output <file>', description: 'write it there instead of printing it' },
      { flags: '--force', description: 'overwrite the file' },
      { flags: '-t, --target <url>', description: 'of another service than the one in the file' },
      { flags: '--mix', description: 'of a har file: its requests by weight, instead of one journey' },
      {
        flags: '--static',
        description: 'of a har file or a log: keep images, scripts, style sheets and the like',
      },
      {
        flags: '--environment <file>',
        description: 'of a postman collection: an exported environment to fill it in with',
      },
    ],
    run: async ([format, files]: [string, string[]], flags: ImportFlags, io) =>
      (await import('./import.js')).importSource(format, files, flags, io),
  },
  {
    name: 'try',
    summary: 'send each request once and show the full exchange',
    description:
      'Sends each request of a scenario once, as the load would, and shows what was sent, what came back, and which checks hold. Exits 1 when one does not.',
    argument: ['<scenario>', 'a scenario file, or a URL'],
    options: [
      { flags: '--request <name>', description: 'only this request; repeatable', isRepeatable: true },
      { flags: '--full', description: 'whole bodies, however long' },
      { flags: TARGET, description: "instead of the scenario's target; `demo` is the built-in service" },
      ENV,
      ENV_FILE,
      PROFILE,
      {
        flags: '-H, --header <header>',
        description: "another header for every request, 'name: value'; repeatable",
        isRepeatable: true,
      },
      { flags: '-k, --insecure', description: 'do not check certificates' },
      {
        flags: '--connect-to <h1:p1:h2:p2>',
        description: 'connect to h2:p2 instead of h1:p1, as curl does; repeatable',
        isRepeatable: true,
      },
      { flags: '--seed <n>', description: 'other random values', preset: '1' },
      NO_COLOR,
    ],
    run: async (file: string, flags: RawTryFlags, io) =>
      (await import('./try.js')).tryScenario(file, flags, io),
  },
  {
    name: 'explain',
    description: 'say in words what a run would send when, and what it would be held against',
    argument: ['<scenario...>', 'scenario files'],
    options: [
      { flags: TARGET, description: "instead of the scenario's target" },
      { flags: '-u, --vus <n>', description: 'as run would, with so many virtual users' },
      { flags: '-d, --duration <time>', description: 'as run would, for so long' },
      { flags: '-r, --rate <n/s>', description: 'as run would, with so many requests a second' },
      { flags: '-i, --iterations <n>', description: 'as run would, with so many iterations' },
      {
        flags: '-s, --stage <time:users>',
        description: 'as run would, ramping; repeatable',
        isRepeatable: true,
      },
      ENV,
      ENV_FILE,
      PROFILE,
      NO_COLOR,
    ],
    run: async (files: string[], flags: RawExplainFlags, io) =>
      (await import('./explain.js')).explain(files, flags, io),
  },
  {
    name: 'merge',
    summary: 'put the shards of a run together, and judge them as one',
    description:
      'Puts the results of `run --shard` together, those of all machines, and judges them as the run that they are: against the thresholds and the baseline of the scenario.',
    argument: ['<result...>', 'the results of all shards'],
    options: [
      { flags: '-o, --output <file>', description: 'write the merged result to this file' },
      { flags: '--no-baseline', description: 'compare with nothing' },
      { flags: '--baseline <file>', description: "compare with this baseline instead of the scenario's" },
      { flags: '--require-baseline', description: 'refuse to judge without a baseline' },
      {
        flags: '--allow-environment',
        description: 'judge although the baseline was made on another kind of machine',
      },
      {
        flags: '--allow-missing',
        description: 'a request of the baseline that is not sent any more is no regression',
      },
      {
        flags: '--inconclusive <fail|pass>',
        description: 'how an inconclusive run exits: 4 or 0',
        preset: 'pass',
      },
      {
        flags: '--report <format[=path]>',
        description: 'html, markdown, github, junit, json, csv or csv-windows; - is stdout; repeatable',
        isRepeatable: true,
      },
      { flags: '-q, --quiet', description: 'no notes' },
      NO_COLOR,
    ],
    run: async (files: string[], flags: RawMergeFlags, io) =>
      (await import('./merge.js')).merge(files, flags, io),
  },
  {
    name: 'history',
    summary: 'show how each metric went from run to run, and where it changed',
    description:
      'Shows the trend of each metric over the accepted jobs of a baseline or over saved results, and names the commits at which one changed beyond chance. It never fails because of what it finds.',
    argument: [
      '[name...]',
      'scenarios, folders of results, or files; default: the results in .perfctl/results',
    ],
    options: [
      {
        flags: '--metric <metric>',
        description: 'only p50, p95, p99, throughput or error_rate; repeatable',
        isRepeatable: true,
      },
      { flags: '--request <name>', description: 'only this request; repeatable', isRepeatable: true },
      {
        flags: '--report <format[=path]>',
        description: 'json or markdown; - is stdout; repeatable',
        isRepeatable: true,
      },
      NO_COLOR,
    ],
    run: async (names: string[], flags: RawHistoryFlags, io) =>
      (await import('./history.js')).history(names, flags, io),
  },
  {
    name: 'demo',
    description: 'start the demo service, and make it worse at will',
    argument: null,
    options: [
      { flags: '--port <n>', description: 'port to listen on; 0 takes a free one', preset: '3000' },
      { flags: '--slow <factor>', description: 'multiply all latencies, such as 1.3' },
      { flags: '--errors <share>', description: 'answer this share of requests with 503, such as 2%' },
      { flags: '--stall <for/every>', description: 'stand still now and then, such as 200ms/5s' },
      { flags: '--seed <n>', description: 'another seed gives other latencies' },
    ],
    run: async (_argument: undefined, flags: DemoFlags, io) => (await import('./demo.js')).demo(flags, io),
  },
  {
    name: 'selftest',
    summary: 'measure the same code again and again: what this machine can tell apart',
    description:
      'Measures the same code again and again, as runs and side by side, and tells how often this machine cries wolf and which slowdowns it can see. Exits 0 whatever it finds.',
    argument: ['[scenario]', 'a scenario file; default: a light load on the demo service'],
    options: [
      { flags: '--pairs <n>', description: 'how often the same code is held against itself', preset: '5' },
      { flags: '-d, --duration <time>', description: 'of each run, and of each side', preset: '15s' },
      { flags: TARGET, description: "instead of the scenario's target; `demo` is the built-in service" },
      ENV,
      ENV_FILE,
      PROFILE,
      {
        flags: '-H, --header <header>',
        description: "another header for every request, 'name: value'; repeatable",
        isRepeatable: true,
      },
      { flags: '-k, --insecure', description: 'do not check certificates' },
      { flags: '--workers <n>', description: 'threads that send, for each side', preset: '1' },
      {
        flags: '--report <json[=path]>',
        description: 'the findings as JSON; - is stdout',
        isRepeatable: true,
      },
      { flags: '-q, --quiet', description: 'no notes' },
      NO_COLOR,
    ],
    run: async (scenario: string | undefined, flags: RawSelftestFlags, io) =>
      (await import('./selftest.js')).selftest(scenario, flags, io),
  },
  {
    name: 'doctor',
    description: 'tell how much load this machine can send, and how to get more out of it',
    argument: null,
    options: [NO_COLOR],
    run: async (_argument: undefined, flags: { color?: boolean }, io) =>
      (await import('./doctor.js')).doctor(flags, io),
  },
]
