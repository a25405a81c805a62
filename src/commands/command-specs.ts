/**
 * All commands, as a list: what `cli.ts` makes the command line of. What they do is loaded when they are called.
 */
import type { CommandGroup, CommandSpec } from './command.js'
import type { CompareFlags } from './compare.js'
import type { DemoFlags } from './demo.js'
import type { RawExplainFlags } from './explain.js'
import type { RawHistoryFlags } from './history.js'
import type { ImportFlags } from './import.js'
import type { InitFlags } from './init.js'
import type { RawMergeFlags } from './merge.js'
import { like } from './options.js'
import { AB, BASELINE, RUN, SELFTEST } from './run-commands.js'
import type { RawTryFlags } from './try.js'
import type { RawValidateFlags } from './validate.js'

/** All of them, in the order of the help. */
export const COMMANDS: readonly (CommandSpec | CommandGroup)[] = [
  RUN,
  AB,
  BASELINE,
  {
    name: 'compare',
    description: 'compare two results or baselines; a is the reference',
    argument: ['<a>', 'a result or baseline'],
    further: ['<b>', 'a result or baseline'],
    options: [
      like('allowEnvironment', {
        description: 'judge although the two were measured on different kinds of machines',
      }),
      like('allowMissing', { description: 'a request that only a has is no regression' }),
      like('inconclusive', { description: 'how an inconclusive comparison exits: 4 or 0' }),
      like('report', { description: 'write a report of the comparison; repeatable' }),
      'noColor',
    ],
    run: async ([a, b]: [string, string], flags: CompareFlags, io) =>
      (await import('./compare.js')).compareFiles(a, b, flags, io),
  },
  {
    name: 'report',
    description: 'make reports from a saved result; without --report the one for the terminal',
    argument: ['<result>', 'a result file, as saved in .perfctl/results'],
    options: ['report', 'noColor'],
    run: async (file: string, flags: { report?: string[]; color?: boolean }, io) =>
      (await import('./report.js')).report(file, flags.report ?? [], io, flags),
  },
  {
    name: 'validate',
    description: 'check scenario files without sending anything',
    argument: ['[scenario...]', 'scenario files; default: all of scenarios/'],
    options: [
      'env',
      'envFile',
      'profile',
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
      'target',
      'env',
      'envFile',
      'profile',
      'header',
      'insecure',
      'connectTo',
      like('seed', { description: 'other random values', preset: '1' }),
      'noColor',
    ],
    run: async (file: string, flags: RawTryFlags, io) =>
      (await import('./try.js')).tryScenario(file, flags, io),
  },
  {
    name: 'explain',
    description: 'say in words what a run would send when, and what it would be held against',
    argument: ['[scenario...]', 'scenario files; default: all of scenarios/'],
    options: [
      'target',
      'vus',
      'duration',
      'rate',
      'iterations',
      'stage',
      'env',
      'envFile',
      'profile',
      'noColor',
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
      'noBaseline',
      'baseline',
      'requireBaseline',
      'allowEnvironment',
      'allowMissing',
      'inconclusive',
      'report',
      like('quiet', { description: 'no notes' }),
      'noColor',
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
      like('report', { description: 'json or markdown; - is stdout; repeatable' }),
      'noColor',
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
  SELFTEST,
  {
    name: 'doctor',
    description: 'tell how much load this machine can send, and how to get more out of it',
    argument: null,
    options: ['noColor'],
    run: async (_argument: undefined, flags: { color?: boolean }, io) =>
      (await import('./doctor.js')).doctor(flags, io),
  },
]
