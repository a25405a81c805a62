/**
 * What a command is to the command line: its name, its arguments, its options.
 */
import type { ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import type { OptionName, OptionSpec } from './options.js'

/** A command. What it does is loaded when it is called. */
export interface CommandSpec {
  readonly name: string
  /** For the list of all commands, when the description is long. */
  readonly summary?: string
  readonly description: string
  readonly argument: readonly [name: string, description: string] | null
  /** A second one; `run` then gets both, as a list. */
  readonly further?: readonly [name: string, description: string]
  /** Shared ones by their name. */
  readonly options: readonly (OptionName | OptionSpec)[]
  /** Shared options that it doesn't take, with the reason: a user who knows them from `run` is told what to use. */
  readonly refuses?: readonly Refusal[]
  readonly run: (argument: never, flags: never, io: Io) => Promise<ExitCode>
}

/** Commands under a common name, such as `baseline`. */
export interface CommandGroup {
  readonly name: string
  readonly description: string
  readonly commands: readonly CommandSpec[]
}

/** Options that make no sense in a command, or none beside another of its options. */
export interface Refusal {
  readonly options: readonly OptionName[]
  /** They are refused only when this option is given, too: its long flag. */
  readonly beside?: string
  readonly why: string
  readonly instead: string | null
}
