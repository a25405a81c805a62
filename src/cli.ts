/**
 * The command line: commands and flags. Commands are loaded when they are called, so that `perfctl --help` needs
 * nothing but this file and commander.
 */
import { Command, CommanderError, Option } from 'commander'
import { messageOf, UserError, userError } from './base/errors.js'
import { EXIT, type ExitCode } from './base/exit.js'
import { readVersion } from './base/host.js'
import { renderProblem } from './base/problem.js'
import type { RawAbFlags } from './commands/ab.js'
import type { CompareFlags } from './commands/compare.js'
import type { RawRunFlags } from './commands/flags.js'
import { EXAMPLES, EXIT_CODES } from './commands/help.js'
import type { Io } from './commands/io.js'
import { type CommandSpec, LISTED } from './commands/listed.js'
import { parseLiveWeb } from './commands/live-web.js'

/** Runs the command in `argv` (without the program's name) and gives the exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.passed
  const program = makeProgram(io, (action) => async () => {
    code = await action()
  })
  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' })
    return code
  } catch (error) {
    return report(error, io)
  }
}

/** Tells the user what went wrong; gives the exit code. */
export function report(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage
  if (error instanceof UserError) {
    io.stderr.write(`${error.problems.map(renderProblem).join('\n\n')}\n`)
    return error.kind === 'usage' ? EXIT.usage : EXIT.error
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  io.stderr.write(`a bug in perfctl ${readVersion()}, not in your input:\n${stack}\n`)
  io.stderr.write('please report it with these lines and the command: npm bugs perfctl\n')
  return EXIT.bug
}

/** Turns an action into what commander calls. */
type Act = (action: () => Promise<ExitCode>) => () => Promise<void>

function makeProgram(io: Io, act: Act): Command {
  const program = new Command('perfctl')
    .description('The load tester that answers one question before every merge: did it get slower?')
    .version(readVersion(), '-V, --version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    })
    .showHelpAfterError('see --help')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', `\n${EXAMPLES}\n\n${EXIT_CODES}`)
  addRun(program, io, act)
  addAb(program, io, act)
  addBaseline(program, io, act)
  addFiles(program, io, act)
  for (const spec of LISTED) addListed(program, spec, { io, act })
  return program
}

function addRun(program: Command, io: Io, act: Act): void {
  const run = program
    .command('run')
    .summary('run scenarios, judge them, compare them with their baselines')
    .description(
      'Runs each scenario, prints the summary, checks thresholds, compares with the baseline and saves the result.\nA URL instead of a file is a quick look.',
    )
    .argument('<scenario...>', 'scenario files, or a URL')
  addLoadFlags(run)
  run
    .option('--no-baseline', 'compare with nothing')
    .option('--baseline <file>', "compare with this baseline instead of the scenario's")
    .option('--require-baseline', 'refuse to run without a baseline')
    .option('--update-baseline', 'make the result the new baseline if the run passes')
    .option('--allow-environment', 'judge although the baseline was made on another kind of machine')
    .option('--allow-missing', 'a request of the baseline that is not sent any more is no regression')
    .option(
      '--confirm <ab>',
      "settle what the baseline suspects side by side with the scenario's reference, as ab does",
    )
    .option('--max-duration <time>', 'with --confirm ab: measured time of each side at most', '120s')
    .option('--inconclusive <fail|pass>', 'how an inconclusive run exits: 4 or 0', 'pass')
    .option('--shard <k/n>', "send the k-th of n machines' part of the load; see perfctl merge")
    .option(
      '--stream <sink=address>',
      'send metrics while it runs: prometheus, remote-write, otlp, influx, statsd, dogstatsd or ndjson; repeatable',
      collect,
    )
  run.action((names: string[], flags: RawRunFlags) =>
    act(async () => (await import('./commands/run.js')).run(names, flags, io))(),
  )
}

function addAb(program: Command, io: Io, act: Act): void {
  program
    .command('ab')
    .description('drive two versions in turns of a second, and judge b against a')
    .argument('<scenario>', 'a scenario file; its highest load is sent, constantly')
    .option('--a <url>', 'the reference; `demo` is the built-in service')
    .option('--b <url>', 'what is judged')
    .option('--a-command <cmd>', 'starts the reference; it listens on the port in PORT')
    .option('--b-command <cmd>', 'starts what is judged')
    .option('--ready <url>', 'a path or URL that answers when a started service is ready')
    .option('--null', 'hold a against itself: what this machine can tell apart')
    .option('--max-duration <time>', 'of each side', '120s')
    .option(
      '--restarts <n>',
      'start both commands again so often within the session, against the luck of a start',
      '0',
    )
    .option('-e, --env <KEY=VALUE>', 'fills ${KEY} in the scenario; repeatable', collect)
    .option('--env-file <file>', 'a file of NAME=value lines for the same; repeatable', collect)
    .option('--profile <name>', "one of the scenario's profiles instead of its load")
    .option('-H, --header <header>', "another header for every request, 'name: value'; repeatable", collect)
    .option('--connect-to <h1:p1:h2:p2>', CONNECT_TO, collect)
    .option('-k, --insecure', 'do not check certificates')
    .option('--workers <n>', 'threads that send, for each side', '1')
    .option('--seed <n>', 'repeats the random choices of an earlier session')
    .addOption(inconclusiveOption())
    .option(
      '--report <format[=path]>',
      'html, markdown, github, junit, json, csv or csv-windows; - is stdout; repeatable',
      collect,
    )
    .option('--results-dir <dir>', 'where the results of both sides are saved', '.perfctl/results')
    .option('-q, --quiet', 'no notes')
    .option('--no-color', 'without colours')
    .action((scenario: string, flags: RawAbFlags) =>
      act(async () => (await import('./commands/ab.js')).ab(scenario, flags, io))(),
    )
}

function addBaseline(program: Command, io: Io, act: Act): void {
  const baseline = program.command('baseline').description('make and look at baselines')
  addAcceptance(baseline, io, act, {
    mode: 'update',
    description: 'run the scenarios (default: all of scenarios/) and make the results the new truth',
  })
  addAcceptance(baseline, io, act, {
    mode: 'add',
    description: 'one more accepted job of the same truth, so that the baseline knows its own noise',
  })
  baseline
    .command('show')
    .description('print baselines')
    .argument('[name]', 'a scenario, or a file; default: all')
    .option('--no-color', 'without colours')
    .action((name: string | undefined, flags: { color?: boolean }) =>
      act(async () => (await import('./commands/baseline.js')).baselineShow(name, flags, io))(),
    )
  baseline
    .command('list')
    .description('print a line for each baseline')
    .option('--no-color', 'without colours')
    .action((flags: { color?: boolean }) =>
      act(async () => (await import('./commands/baseline.js')).baselineList(io, flags))(),
    )
}

function addAcceptance(
  baseline: Command,
  io: Io,
  act: Act,
  { mode, description }: { readonly mode: 'update' | 'add'; readonly description: string },
): void {
  const command = baseline
    .command(mode)
    .description(description)
    .argument('[scenario...]', 'scenario files')
    .option('--from <result...>', 'take saved results instead of running')
  addLoadFlags(command)
  // Known, so that it can be refused with a way out.
  command.addOption(new Option('--shard <k/n>').hideHelp())
  command.option('--baseline <file>', "write this file instead of the scenario's baseline")
  command.action((names: string[], flags: RawRunFlags & { from?: string[] }) =>
    act(async () => {
      if (flags.from === undefined)
        return (await import('./commands/run.js')).baselineRun(mode, names, flags, io)
      if (names.length > 0)
        throw userError('--from takes results, and scenarios are named too', 'give one of the two')
      const file = typeof flags.baseline === 'string' ? { file: flags.baseline } : {}
      return (await import('./commands/baseline.js')).acceptFiles(mode, flags.from, file, io)
    })(),
  )
}

function addFiles(program: Command, io: Io, act: Act): void {
  program
    .command('compare')
    .description('compare two results or baselines; a is the reference')
    .argument('<a>', 'a result or baseline')
    .argument('<b>', 'a result or baseline')
    .option('--allow-environment', 'judge although the two were measured on different kinds of machines')
    .option('--allow-missing', 'a request that only a has is no regression')
    .addOption(inconclusiveOption())
    .option('--report <format[=path]>', 'write a report of the comparison; repeatable', collect)
    .option('--no-color', 'without colours')
    .action((a: string, b: string, flags: Partial<CompareFlags>) =>
      act(async () =>
        (await import('./commands/compare.js')).compareFiles(
          a,
          b,
          { ...flags, report: flags.report ?? [] },
          io,
        ),
      )(),
    )
  program
    .command('report')
    .description('make reports from a saved result; without --report the one for the terminal')
    .argument('<result>', 'a result file, as saved in .perfctl/results')
    .option(
      '--report <format[=path]>',
      'html, markdown, github, junit, json, csv or csv-windows; - is stdout; repeatable',
      collect,
    )
    .option('--no-color', 'without colours')
    .action((file: string, flags: { report?: string[]; color?: boolean }) =>
      act(async () => (await import('./commands/report.js')).report(file, flags.report ?? [], io, flags))(),
    )
}

function addListed(program: Command, spec: CommandSpec, { io, act }: { io: Io; act: Act }): void {
  const command = program.command(spec.name).description(spec.description)
  if (spec.summary !== undefined) command.summary(spec.summary)
  const positional = [spec.argument, spec.further ?? null].filter((argument) => argument !== null)
  for (const argument of positional) command.argument(...argument)
  for (const { flags, description, preset, isRepeatable } of spec.options) {
    if (isRepeatable === true) command.option(flags, description, collect)
    else command.option(flags, description, preset)
  }
  command.action((...given: unknown[]) => {
    const [first] = given
    const argument = [undefined, first, given.slice(0, 2)][positional.length]
    const flags = given[positional.length]
    return act(() => spec.run(argument as never, flags as never, io))()
  })
}

function addLoadFlags(command: Command): void {
  command
    .option('-t, --target <url>', "instead of the scenario's target; `demo` is the built-in service")
    .option('-u, --vus <n>', 'so many virtual users, constantly')
    .option('-d, --duration <time>', 'for so long, such as 30s')
    .option('-r, --rate <n/s>', 'so many requests a second, whatever the service does')
    .option('-i, --iterations <n>', 'so many iterations')
    .option('-s, --stage <time:users>', 'ramp to so many virtual users, such as 30s:20; repeatable', collect)
    .option('-e, --env <KEY=VALUE>', 'fills ${KEY} in the scenario; repeatable', collect)
    .option('--env-file <file>', 'a file of NAME=value lines for the same; repeatable', collect)
    .option('--profile <name>', "one of the scenario's profiles instead of its load")
    .option('-H, --header <header>', "another header for every request, 'name: value'; repeatable", collect)
    .option('-k, --insecure', 'do not check certificates')
    .option('--connect-to <h1:p1:h2:p2>', CONNECT_TO, collect)
    .option('--workers <n>', 'threads that send; auto leaves a core to a target on this machine', 'auto')
    .option('--seed <n>', 'repeats the random choices of an earlier run')
    .option('--runs <n>', 'run each scenario so often, and judge the runs together', '1')
    .option(
      '--report <format[=path]>',
      'html, markdown, github, junit, json, csv or csv-windows; - is stdout; repeatable',
      collect,
    )
    .option('--results-dir <dir>', 'where results are saved', '.perfctl/results')
    .option(
      '--live-web [port]',
      'show the run in a browser; 0.0.0.0:8080 for other machines too',
      parseLiveWeb,
    )
    .option('-q, --quiet', 'no progress and no notes')
    .option('--no-progress', 'no live view; one plain line every 10 s')
    .option('--no-color', 'without colours (also: NO_COLOR)')
}

const CONNECT_TO = 'connect to h2:p2 instead of h1:p1, as curl does; repeatable'

function inconclusiveOption(): Option {
  return new Option('--inconclusive <fail|pass>', 'how an inconclusive comparison exits: 4 or 0')
    .choices(['fail', 'pass'])
    .default('pass')
}

function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}
