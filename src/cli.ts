/**
 * The command line: commands and flags. A command's code is loaded only when it is called, so that `perfctl --help`
 * needs nothing but this file, the list of commands and commander.
 */
import { Command, CommanderError, Option } from 'commander'
import { messageOf, type Problem, UserError, userError } from './base/errors.js'
import { EXIT, type ExitCode } from './base/exit.js'
import { readVersion } from './base/host.js'
import type { Io } from './base/io.js'
import { printable, printableLines, shortened } from './base/printable.js'
import { type Layout, renderProblems } from './base/problem.js'
import { didYouMean } from './base/suggest.js'
import type { CommandGroup, CommandSpec, Refusal } from './commands/command.js'
import { COMMANDS } from './commands/command-specs.js'
import { furtherHelp } from './commands/help.js'
import { OPTIONS, type OptionSpec } from './commands/options.js'
import { TOPICS } from './commands/topics.js'

/** Runs the command in `argv`, which lacks the program's name, and returns the exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.passed
  const program = makeProgram(io, (action) => async () => {
    code = await action()
  })
  try {
    refuseScenario(argv[0])
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' })
    return code
  } catch (error) {
    return report(
      error,
      io,
      error instanceof UserError ? (await import('./report/width.js')).layoutOf(io.stderr) : null,
    )
  }
}

/** Prints an error to stderr and returns the exit code. */
export function report(error: unknown, io: Io, layout: Layout | null = null): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage
  if (error instanceof UserError) {
    io.stderr.write(`${renderProblems(error.problems, layout)}\n`)
    return error.kind === 'usage' ? EXIT.usage : EXIT.error
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  io.stderr.write(`a bug in perfctl ${readVersion()}, not in your input:\n${printableLines(stack)}\n`)
  io.stderr.write('report it with these lines and the command you ran: npm bugs perfctl\n')
  return EXIT.bug
}

/** Makes text printable and truncates each line. */
function readable(text: string): string {
  return printableLines(text)
    .split('\n')
    .map((line) => shortened(line, 600))
    .join('\n')
}

/** Wraps an action in the function that commander calls. */
type Act = (action: () => Promise<ExitCode>) => () => Promise<void>

function makeProgram(io: Io, act: Act): Command {
  const program = new Command('perfctl')
    .description('The load tester that answers one question before every merge: did it get slower?')
    .version(readVersion(), '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand(false)
    .configureHelp({ optionDescription: describeOption, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // commander quotes the command line as it was typed.
      writeErr: (text) => io.stderr.write(readable(text)),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    })
    .showHelpAfterError('see --help')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', ({ command }) => {
      const helper = command.createHelp()
      helper.prepareContext({ helpWidth: io.stdout.columns })
      return `\n${furtherHelp((term, width, meaning) => helper.formatItem(term, width, meaning, helper))}`
    })
  for (const spec of COMMANDS) {
    if ('commands' in spec) addGroup(program, spec, { io, act })
    else addCommand(program, spec, { io, act })
  }
  addHelp(program, { io, act })
  return program
}

/** `perfctl help [name...]`: help for a command, a topic, or both if they share a name. */
function addHelp(program: Command, { io, act }: Context): void {
  program
    .command('help')
    .description('Show help for a command or a topic')
    .argument('[name...]', 'Command or topic; default: list both')
    .action((names: string[]) =>
      act(async () => {
        const command = findCommand(program, names)
        const topic = names.length === 1 ? TOPICS.find(({ name }) => name === names[0]) : undefined
        if (command === undefined && topic === undefined) throw unknownTopic(program, names)
        command?.outputHelp()
        if (command !== undefined && topic !== undefined) io.stdout.write('\n')
        if (topic !== undefined) await (await import('./commands/help-page.js')).printPage(topic.name, io)
        return EXIT.passed
      })(),
    )
}

function findCommand(program: Command, names: readonly string[]): Command | undefined {
  return names.reduce<Command | undefined>((parent, name) => parent && childOf(parent, name), program)
}

function childOf(parent: Command, name: string): Command | undefined {
  return parent.commands.find((command) => command.name() === name)
}

function unknownTopic(program: Command, names: readonly string[]): UserError {
  const text = names.map((name) => printable(name)).join(' ')
  const [first, second = ''] = names as [string, ...string[]]
  const group = childOf(program, first)
  const known = (group ?? program).commands.map((command) => command.name())
  const hint =
    group === undefined
      ? didYouMean(first, [...known, ...TOPICS.map(({ name }) => name)])
      : didYouMean(second, known)
  return userError(
    `perfctl help ${text}: no such command or topic`,
    hint ?? 'run perfctl help for the full list',
  )
}

/** A file or URL where a command is expected was probably meant for `run`. */
function refuseScenario(first: string | undefined): void {
  if (first === undefined || first.startsWith('-') || !/[./:]/.test(first)) return
  throw userError(`${printable(first)} is not a command`, `write perfctl run ${printable(first)}`)
}

interface Context {
  readonly io: Io
  readonly act: Act
}

function addGroup(program: Command, { name, description, commands }: CommandGroup, around: Context): void {
  const group = program
    .command(name)
    .description(description)
    .helpCommand('help [command]', 'Show help for a command')
  for (const spec of commands) addCommand(group, spec, around)
}

function addCommand(parent: Command, spec: CommandSpec, { io, act }: Context): void {
  const command = parent.command(spec.name).description(spec.description)
  if (spec.summary !== undefined) command.summary(spec.summary)
  const positional = [spec.argument, spec.further ?? null].filter((argument) => argument !== null)
  for (const argument of positional) command.argument(...argument)
  const isLong = spec.options.length >= GROUPED_FROM
  for (const given of spec.options) {
    const { group, ...option }: OptionSpec = typeof given === 'string' ? OPTIONS[given] : given
    command.addOption(makeOption(option).helpGroup(isLong && group !== undefined ? `${group}:` : 'Options:'))
  }
  const refused = listenForRefused(command, spec.refuses ?? [])
  command.action((...given: unknown[]) => {
    const [first] = given
    const argument = [undefined, first, given.slice(0, 2)][positional.length]
    const flags = given[positional.length]
    return act(async () => {
      const problems = refused()
      if (problems.length > 0) throw new UserError(problems)
      return spec.run(argument as never, flags as never, io)
    })()
  })
}

/** With so many options, help shows them in groups. */
const GROUPED_FROM = 20

/** The choices are in the flags already. */
function describeOption({ description, defaultValue }: Option): string {
  return defaultValue === undefined ? description : `${description} (default: ${defaultValue})`
}

function makeOption({ flags, description, preset, isRepeatable, choices, parse }: OptionSpec): Option {
  const option = new Option(flags, description)
  if (choices !== undefined) option.choices(choices)
  if (isRepeatable === true) option.argParser(collect)
  if (parse !== undefined) option.argParser(parse)
  if (preset !== undefined) option.default(preset)
  return option
}

/** Registers refused options without showing them in the help. Returns a function that lists those that were used. */
function listenForRefused(command: Command, refusals: readonly Refusal[]): () => Problem[] {
  const wary = refusals.flatMap(({ options, ...refusal }) =>
    options.map((name) => ({ option: new Option(OPTIONS[name].flags).hideHelp(), ...refusal })),
  )
  for (const { option, beside, without } of wary)
    if (beside === undefined && without === undefined) command.addOption(option)
  // Not by value: `--baseline` and `--no-baseline` share one.
  const given = new Set<string>()
  const flags = wary.flatMap(({ option, beside = [], without = [] }) =>
    [option.long!, beside, without].flat(),
  )
  for (const flag of new Set(flags)) command.on(`option:${flag.slice(2)}`, () => given.add(flag))
  return () =>
    [...given].flatMap((flag) =>
      wary.flatMap(({ option, beside, without = [], why, instead }): Problem[] => {
        const isFine = (beside !== undefined && !given.has(beside)) || without.some((each) => given.has(each))
        if (option.long !== flag || isFine) return []
        const both = beside === undefined ? flag : `${beside} and ${flag}`
        return [{ message: `${both}: ${why}`, place: null, hint: instead }]
      }),
    )
}

function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}
