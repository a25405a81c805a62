/**
 * All commands, from which `cli.ts` builds the command line. Their code is loaded when they are called.
 */
import type { AgentFlags } from './agent.js'
import type { AgentsFlags } from './agents.js'
import type { CommandGroup, CommandSpec } from './command.js'
import type { CompareFlags } from './compare.js'
import type { DemoFlags } from './demo.js'
import type { RawExplainFlags } from './explain.js'
import type { RawHistoryFlags } from './history.js'
import type { ImportFlags } from './import.js'
import type { InitFlags } from './init.js'
import { KUBERNETES } from './kubernetes-commands.js'
import type { RawMergeFlags } from './merge.js'
import { like } from './options.js'
import { AB, BASELINE, CAPACITY, RUN, SELFTEST, WITHOUT_BASELINE, WITHOUT_BROKER } from './run-commands.js'
import type { RawTryFlags } from './try.js'
import type { RawValidateFlags } from './validate.js'

/** All commands, in the order of the help. */
export const COMMANDS: readonly (CommandSpec | CommandGroup)[] = [
  RUN,
  AB,
  CAPACITY,
  BASELINE,
  {
    name: 'compare',
    description: 'Compare two results or baselines; a is the reference',
    argument: ['<a>', 'Result or baseline'],
    further: ['<b>', 'Result or baseline'],
    options: [
      like('allowEnvironment', {
        description: 'Judge even if the two were measured on different kinds of machines',
      }),
      like('allowMissing', { description: 'Accept that requests of a are missing in b' }),
      like('inconclusive', { description: 'Exit code of an inconclusive comparison: 4 (fail) or 0 (pass)' }),
      like('report', { description: 'Write a report of the comparison; repeatable' }),
      'noColor',
    ],
    run: async ([a, b]: [string, string], flags: CompareFlags, io) =>
      (await import('./compare.js')).compareFiles(a, b, flags, io),
  },
  {
    name: 'report',
    description: 'Make reports from a saved result; without --report, print the summary',
    argument: ['<result>', 'Result file from .perfctl/results'],
    options: ['report', 'noColor'],
    run: async (file: string, flags: { report?: string[]; color?: boolean }, io) =>
      (await import('./report.js')).report(file, flags.report ?? [], io, flags),
  },
  {
    name: 'validate',
    description: 'Check scenario files without sending anything',
    argument: ['[scenario...]', 'Scenario files; default: all of scenarios/'],
    options: [
      'env',
      'envFile',
      'profile',
      { flags: '--report <json[=path]>', description: 'Write the problems as JSON; path - is stdout' },
    ],
    run: async (files: string[], flags: RawValidateFlags, io) =>
      (await import('./validate.js')).validate(files, flags, io),
  },
  {
    name: 'init',
    description: 'Write a first scenario and a CI job',
    argument: null,
    options: [
      { flags: '--url <url>', description: 'Service to test; default: the built-in demo service' },
      { flags: '--openapi <file>', description: 'Make the scenario from an OpenAPI or Swagger document' },
      {
        flags: '--ci <service>',
        description: 'github or gitlab; default: the one the project seems to use',
      },
      { flags: '--no-ci', description: 'Do not write a CI job' },
      { flags: '--force', description: 'Overwrite existing files' },
    ],
    run: async (_argument: undefined, flags: InitFlags, io) => (await import('./init.js')).init(flags, io),
  },
  {
    name: 'import',
    summary: 'Make a scenario from recordings and documents of other tools',
    description:
      'Make a scenario from curl commands, a browser recording (har), a Postman collection, an OpenAPI or Swagger document, or an access log. The scenario is printed, with a comment at the top about everything that could not be converted. Secrets become ${NAME}.',
    argument: ['<format>', 'curl, har, postman, openapi or access-log'],
    further: ['[file...]', 'File, - for stdin, or a curl command in quotes'],
    options: [
      { flags: '-o, --output <file>', description: 'Write the scenario to this file' },
      { flags: '--force', description: 'Overwrite existing files' },
      {
        flags: '-t, --target <url>',
        description: 'Target of the scenario, instead of the one in the source',
      },
      { flags: '--mix', description: 'har: weighted requests instead of one journey' },
      {
        flags: '--static',
        description: 'har, access-log: keep images, scripts, style sheets and the like',
      },
      {
        flags: '--environment <file>',
        description: 'postman: exported environment with values for its variables',
      },
    ],
    run: async ([format, files]: [string, string[]], flags: ImportFlags, io) =>
      (await import('./import.js')).importSource(format, files, flags, io),
  },
  {
    name: 'try',
    summary: 'Send each request once and show the full exchange',
    description:
      'Send each request of a scenario once, as the load would, and show what was sent, what came back and which checks passed. Secrets are hidden. Exits 1 if a check fails.',
    argument: ['<scenario>', 'Scenario file, or a URL'],
    options: [
      { flags: '--request <name>', description: 'Only this request; repeatable', isRepeatable: true },
      { flags: '--full', description: 'Show whole bodies, however long' },
      'target',
      'env',
      'envFile',
      'profile',
      'header',
      'insecure',
      'connectTo',
      like('seed', { description: 'Seed of the random values', preset: '1' }),
      'noColor',
    ],
    run: async (file: string, flags: RawTryFlags, io) =>
      (await import('./try.js')).tryScenario(file, flags, io),
  },
  {
    name: 'explain',
    description: 'Describe what a run would send and how it would be judged, without sending anything',
    argument: ['[scenario...]', 'Scenario files; default: all of scenarios/'],
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
    name: 'agent',
    summary: 'Send a part of a load for a perfctl on another machine',
    description:
      'Send a part of a load that a perfctl on another machine shows and judges: for `run --agent`, which starts this command, or for `run --nats`, whose runs it waits for until Ctrl-C.',
    argument: null,
    options: [
      { flags: '--stdio', description: 'Exchange messages by standard input and output' },
      'nats',
      'cluster',
      'creds',
      { flags: '--name <name>', description: 'What reports call this agent; default: the host name' },
      { flags: '--once', description: 'End after one run' },
      {
        flags: '--allow-target <host>',
        description:
          "Send only to this host; * stands for any characters, as in '*.staging.example'; repeatable",
        isRepeatable: true,
      },
      {
        flags: '--max-rate <rate>',
        description: 'Refuse loads of which this agent would send more, such as 5000/s',
      },
    ],
    refuses: [WITHOUT_BROKER],
    run: async (_argument: undefined, flags: AgentFlags, io) => (await import('./agent.js')).agent(flags, io),
  },
  {
    name: 'agents',
    description: 'List the agents of a cluster: cores, version, clock, and whether they are busy',
    argument: null,
    options: ['nats', 'cluster', 'creds', 'noColor'],
    refuses: [WITHOUT_BROKER],
    run: async (_argument: undefined, flags: AgentsFlags, io) =>
      (await import('./agents.js')).agents(flags, io),
  },
  KUBERNETES,
  {
    name: 'merge',
    summary: 'Merge the shards of a run and judge them as one',
    description:
      'Merge the results of `run --shard` from all machines into one, and judge it by the thresholds and the baseline of the scenario.',
    argument: ['<result...>', 'The results of all shards'],
    options: [
      { flags: '-o, --output <file>', description: 'Write the merged result to this file' },
      'noBaseline',
      'baseline',
      'requireBaseline',
      'allowEnvironment',
      'allowMissing',
      'inconclusive',
      'report',
      like('quiet', { description: 'Hide notes' }),
      'noColor',
    ],
    refuses: [WITHOUT_BASELINE],
    run: async (files: string[], flags: RawMergeFlags, io) =>
      (await import('./merge.js')).merge(files, flags, io),
  },
  {
    name: 'history',
    summary: 'Show the trend of each metric and the commits that changed it',
    description:
      'Show the trend of each metric over the jobs of a baseline or over saved results, and name the commits at which one changed. Never fails because of what it finds.',
    argument: [
      '[name...]',
      'Scenarios, folders of results, or files; default: the results in .perfctl/results',
    ],
    options: [
      {
        flags: '--metric <metric>',
        description:
          'Only p50, p95, p99, throughput, error_rate, cpu_per_request, memory_max, capacity or capacity_vus; repeatable',
        isRepeatable: true,
      },
      { flags: '--request <name>', description: 'Only this request; repeatable', isRepeatable: true },
      like('report', { description: 'Write a report: json or markdown; path - is stdout; repeatable' }),
      'noColor',
    ],
    run: async (names: string[], flags: RawHistoryFlags, io) =>
      (await import('./history.js')).history(names, flags, io),
  },
  {
    name: 'demo',
    description:
      'Start the demo service; flags make it slower or worse, so that you can watch perfctl find out why',
    argument: null,
    options: [
      {
        flags: '--host <address>',
        description: 'Address to listen on; 0.0.0.0 lets other machines connect',
        preset: '127.0.0.1',
      },
      { flags: '--port <n>', description: 'Port to listen on; 0 picks a free one', preset: '3000' },
      { flags: '--slow <factor>', description: 'Multiply all latencies, such as 1.3' },
      {
        flags: '--slow-db <factor>',
        description: 'Multiply only what the database takes of each latency, such as 1.5',
      },
      {
        flags: '--cold-cache',
        description: 'Begin with an empty cache that takes some thousand searches to fill',
      },
      {
        flags: '--cpu <factor>',
        description: 'Multiply the CPU time of each request at the same latency, such as 1.3',
      },
      {
        flags: '--leak <size/time>',
        description: 'Never free this much memory, such as 2MB/s; up to half of the heap limit of Node.js',
      },
      { flags: '--errors <share>', description: 'Respond to this share of requests with 503, such as 2%' },
      { flags: '--stall <for/every>', description: 'Stall periodically: 200ms/5s is 200 ms every 5 s' },
      {
        flags: '--capacity <rate>',
        description: 'Carry so many requests per second, such as 300/s; more wait in a queue',
      },
      { flags: '--seed <n>', description: 'Seed of the random latencies' },
    ],
    run: async (_argument: undefined, flags: DemoFlags, io) => (await import('./demo.js')).demo(flags, io),
  },
  SELFTEST,
  {
    name: 'doctor',
    description: 'Measure how much load this machine can send, and suggest how to send more',
    argument: null,
    options: ['noColor'],
    run: async (_argument: undefined, flags: { color?: boolean }, io) =>
      (await import('./doctor.js')).doctor(flags, io),
  },
]
