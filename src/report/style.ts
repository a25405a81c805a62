/**
 * Colors and weights of text on a terminal. Only this file imports chalk.
 */
import { Chalk } from 'chalk'

/** Paints a text without changing its width. */
export type Paint = (text: string) => string

/** The paints that reports use. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

/** Uses the sixteen basic colors, which follow the terminal's theme. If not `enabled`, returns texts unchanged. */
export function createStyle(enabled: boolean): Style {
  const { bold, dim, red, green, yellow, cyan } = new Chalk({ level: enabled ? 1 : 0 })
  return { bold, dim, red, green, yellow, cyan }
}

/**
 * Returns whether to color an output. In order of precedence: `--no-color` (`flag` false), NO_COLOR (no-color.org: set
 * and not empty), FORCE_COLOR (`0` and `false` mean no), TERM=dumb, and whether the output is a terminal.
 */
export function shouldColor(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
  flag: boolean,
): boolean {
  if (!flag || (env.NO_COLOR !== undefined && env.NO_COLOR !== '')) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}
