/**
 * `--env-file`: variables from files in the format of dotenv and Docker.
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
 * Reads the variables of all files; later files win. A line is `NAME=value`, the value may be quoted, and `#`
 * starts a comment. Throws a UserError that lists all unreadable files and invalid lines.
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
      // The line may hold part of a secret, so only its position is shown.
      const place = { file, line: index + 1, column: 1, length: 1, text: '' }
      problems.push({
        message: 'expected NAME=value',
        place,
        hint: 'write NAME=value, or start a comment with #',
      })
    } else {
      variables[name] = unquote(value!)
    }
  }
  return variables
}

/** As in dotenv: escapes in double quotes, none in single quotes, and a comment after a space outside quotes. */
function unquote(value: string): string {
  const double = /^"((?:[^"\\]|\\.)*)"\s*(#.*)?$/.exec(value)
  if (double !== null) return double[1]!.replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign)
  const single = /^'([^']*)'\s*(#.*)?$/.exec(value)
  return single === null ? value.replace(/\s+#.*$/, '') : single[1]!
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
