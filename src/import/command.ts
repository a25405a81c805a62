/**
 * A command of a shell: its words, and what it reads from.
 */

/** What a command reads: a text (with marks for variables), a file by its path, or what nobody can know. */
export type Stream =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unknown' }

/** What nobody can know without running it. */
export const UNKNOWN: Stream = { kind: 'unknown' }

/** A command of several in a text. */
export interface Command {
  /** With marks where the shell would fill in a variable. */
  readonly words: readonly string[]
  /** What is on its standard input; null when nothing was put there. */
  readonly stdin: Stream | null
  /** Whether another command reads what this one puts out. */
  readonly isPiped: boolean
  /** Words, or what follows a sign in them, that stand for the content of something: `<(...)`, `$(cat file)`. */
  readonly contents: ReadonlyMap<string, Stream>
}

/** Beyond that a pattern of `printf` makes more than a scenario can hold. */
const OUTPUT_LENGTH_MAX = 1_000_000

/** What a command puts out, as far as that can be told without running it. */
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
      // Its simplest filter changes nothing but blanks.
      return others.every((word) => /^(?:\.|-[cMr]+|--compact-output)$/.test(word))
        ? (stdin ?? UNKNOWN)
        : UNKNOWN
    case '':
      // `$(< file)`
      return stdin ?? UNKNOWN
    default:
      // PowerShell puts out a text that stands alone.
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

/** What a path leads to within a command: its standard input, a substitution, or a file. */
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
  // The pattern is used again as long as there are values.
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
