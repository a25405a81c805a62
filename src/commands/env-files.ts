/**
 * `--env-file`: variables from files, as dotenv and Docker write them.
 *
 * Not `util.parseEnv` (Node 20.20): it cuts an unquoted value at any `#`, so that the password `pa#ss` becomes `pa`, ends
 * `"a\"b"` at the first inner quote, and merges a line without `=` into the next name.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Problem, UserError } from '../base/errors.js'
import type { Io } from '../base/io.js'

const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/

/**
 * The variables of all files, later ones over earlier ones. Lines are `NAME=value`, values may stand in quotes; `#`
 * begins a comment. Throws a UserError with each file that can't be read and each line that is none of these.
 */
export async function readEnvFiles(files: readonly string[], io: Io): Promise<Record<string, string>> {
  const problems: Problem[] = []
  const variables: Record<string, string> = {}
  for (const file of files) {
    try {
      const text = await readFile(resolve(io.cwd, file), 'utf8')
      Object.assign(variables, parseEnvFile(text, file, problems))
    } catch {
      problems.push({
        message: `--env-file ${file}: can't be read`,
        place: null,
        hint: 'give the path of a file with NAME=value lines',
      })
    }
  }
  if (problems.length > 0) throw new UserError(problems)
  return variables
}

function parseEnvFile(text: string, file: string, problems: Problem[]): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, value] = LINE.exec(line) ?? []
    if (name === undefined) {
      // The line itself may be half a secret: only its place is told.
      const place = { file, line: index + 1, column: 1, length: 1, text: '' }
      problems.push({
        message: 'not a line of the form NAME=value',
        place,
        hint: 'write NAME=value, or # before a comment',
      })
    } else {
      variables[name] = unquote(value!)
    }
  }
  return variables
}

/** As dotenv has it: escapes in double quotes, none in single ones, a comment after a space outside of quotes. */
function unquote(value: string): string {
  const double = /^"((?:[^"\\]|\\.)*)"\s*(#.*)?$/.exec(value)
  if (double !== null) return double[1]!.replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign)
  const single = /^'([^']*)'\s*(#.*)?$/.exec(value)
  return single === null ? value.replace(/\s+#.*$/, '') : single[1]!
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
