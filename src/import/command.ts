/**
 * A shell command: its words and its input.
 */

/** What a command reads: text (with placeholders for variables), a file, or something unknown. */
export type Stream =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unknown' }

/** Output that can't be known without running the command. */
export const UNKNOWN: Stream = { kind: 'unknown' }

/** One of the commands in a text. */
export interface Command {
  /** With placeholders for shell variables. */
  readonly words: readonly string[]
  /** Its standard input; null if nothing was redirected or piped. */
  readonly stdin: Stream | null
  /** Whether its output is piped into another command. */
  readonly isPiped: boolean
  /** Streams by the words that stand for their content, or the parts of words after `@` or `<`: `<(...)`, `$(cat file)`. */
  readonly contents: ReadonlyMap<string, Stream>
}

/** More `printf` output than this doesn't fit in a scenario. */
const OUTPUT_LENGTH_MAX = 1_000_000

/** What a command prints, as far as that can be known without running it. */
export function outputOf({ words, stdin, contents }: Command): Stream {
  const [name = '', ...others] = words
  const program = name.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '')
  switch (program.toLowerCase()) {
    case 'cat':
    case 'type':
    case 'get-content':
    case 'gc':
      return catOutput(
        others.filter((word) => !/^-\w/.test(word)),
        stdin,
        contents,
      )
    case 'echo':
      return echoOutput(others)
    case 'printf':
      return printfOutput(others)
    case 'tee':
    case 'pv':
      return stdin ?? UNKNOWN
    case 'jq':
      // Its simplest filters change only whitespace.
      return others.every((word) => /^(?:\.|-[cMr]+|--compact-output)$/.test(word))
        ? (stdin ?? UNKNOWN)
        : UNKNOWN
    case '':
      // `$(< file)`
      return stdin ?? UNKNOWN
    default:
      // PowerShell prints a lone string.
      return words.length === 1 && /^\s*[{[<"]|[=\s]/.test(name) ? { kind: 'text', text: name } : UNKNOWN
  }
}

function catOutput(
  paths: readonly string[],
  stdin: Stream | null,
  contents: ReadonlyMap<string, Stream>,
): Stream {
  if (paths.length > 1) return UNKNOWN
  const [path = '-'] = paths
  return streamAt(path, stdin, contents)
}

/** The stream at a path: standard input, a substitution or a file. */
export function streamAt(path: string, stdin: Stream | null, contents: ReadonlyMap<string, Stream>): Stream {
  if (path === '-' || path === '.' || /^\/dev\/(?:stdin|fd\/0)$/.test(path)) return stdin ?? UNKNOWN
  return contents.get(path) ?? { kind: 'file', path }
}

function echoOutput(words: readonly string[]): Stream {
  const flags = words.findIndex((word) => !/^-[neE]+$/.test(word))
  const given = (flags === -1 ? words : words.slice(0, flags)).join('')
  const text = (flags === -1 ? [] : words.slice(flags)).join(' ')
  return {
    kind: 'text',
    text: (given.includes('e') ? unescaped(text) : text) + (given.includes('n') ? '' : '\n'),
  }
}

function printfOutput([format = '', ...values]: readonly string[]): Stream {
  let left = values
  let text = ''
  // printf repeats the format while there are arguments.
  do {
    const before = left.length
    const filled = unescaped(format).replace(/%([sbd%])/g, (_, kind: string) => {
      if (kind === '%') return '%'
      const [value = '', ...rest] = left
      left = rest
      return kind === 'b' ? unescaped(value) : value
    })
    text += filled
    if (left.length === before) break
  } while (left.length > 0 && text.length < OUTPUT_LENGTH_MAX)
  const isOther = /%(?![sbd%])/.test(format)
  return isOther ? UNKNOWN : { kind: 'text', text }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
}

function unescaped(text: string): string {
  return text.replace(/\\([ntr\\"'])/g, (_, letter: string) => ESCAPES[letter]!)
}
