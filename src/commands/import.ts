/**
 * `perfctl import <format> <file>`: makes a scenario from files of other programs.
 */
import { access } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { didYouMean } from '../base/suggest.js'
import { linesOf } from '../import/access-log/lines.js'
import type { Draft } from '../import/draft.js'
import type { ImportOptions } from '../import/importer.js'
import { IMPORTERS, type ImportFormat, type OwnFlag } from '../import/index.js'
import { withLoad } from '../import/with-load.js'
import { writeDraft } from '../import/write.js'
import { readerBeside } from './beside-document.js'
import { findSchema } from './editor-schema.js'
import { readPieces, readWhole } from './import-input.js'
import { reservedBeside, writePlaceholders } from './placeholders.js'
import { readServiceUrl } from './service-url.js'

/** The flags, as parsed by commander. */
export interface ImportFlags {
  readonly output?: string
  readonly force?: boolean
  readonly target?: string
  readonly mix?: boolean
  readonly static?: boolean
  /** The file of an exported environment. */
  readonly environment?: string
}

/** Prints or writes the scenario. Throws a UserError if the source can't be read or converted. */
export async function importSource(
  format: string,
  sources: readonly string[],
  flags: ImportFlags,
  io: Io,
): Promise<ExitCode> {
  const importer = chooseImporter(format, sources)
  checkFlags(format, flags)
  const { output, environment } = flags
  if (output !== undefined && !flags.force && (await exists(output, io))) {
    throw userError(`${output} already exists`, 'use --force to overwrite it')
  }
  const input = inputOf(format, sources)
  const options: ImportOptions = {
    file: input.place,
    target: flags.target === undefined ? null : baseOf(readServiceUrl('--target', flags.target)),
    reserved: output === undefined ? [] : await reservedBeside(output, io),
    readBeside: format === 'openapi' && sources[0] !== '-' ? readerBeside(sources[0]!, io) : null,
    isMix: flags.mix ?? false,
    withStatic: flags.static ?? false,
    environment:
      environment === undefined ? null : { file: environment, text: await readWhole(environment, io) },
  }
  const draft = withLoad(await makeDraft(importer, input, options, io))
  const schema = await findSchema(output === undefined ? 'scenarios' : dirname(output), io)
  const text = writeDraft(draft, { command: `perfctl import ${format} ${input.name}`, schema })
  if (output === undefined) {
    io.stdout.write(text)
    io.stderr.write(neededFiles(draft.placeholders ?? []))
    return EXIT.passed
  }
  await writeFileAtomic(resolve(io.cwd, output), text)
  const others = await writePlaceholders(draft.placeholders, dirname(output), io)
  io.stderr.write(draft.notes.map((note) => `note: ${printable(note)}\n`).join(''))
  io.stdout.write(
    `${[`written: ${output}`, ...others].join('\n')}\n\nNext:\n  perfctl try ${output}  see the requests and responses\n`,
  )
  return EXIT.passed
}

/** Lists the files that a printed scenario needs, since it is unknown where it will be saved. */
function neededFiles(names: readonly string[]): string {
  if (names.length === 0) return ''
  return `${[
    `note: the scenario sends ${names.length === 1 ? 'a file that has' : 'files that have'} to be in its folder:`,
    ...names.map((name) => `  ${printable(name)}`),
    'Without them, validate and run fail with "no such file"; -o FILE saves the scenario and writes placeholders.',
  ].join('\n')}\n`
}

/** What is read, with its name for the scenario and its place for messages. */
interface Input {
  readonly name: string
  readonly place: string
  readonly files: readonly string[]
  /** Text given instead of files; null otherwise. */
  readonly text: string | null
}

async function makeDraft(
  importer: ImportFormat,
  input: Input,
  options: ImportOptions,
  io: Io,
): Promise<Draft> {
  if (importer.reads === 'lines')
    return (await importer.load())(linesOf(readPieces(input.files, io)), options)
  return (await importer.load())(input.text ?? (await readWhole(input.files[0]!, io)), options)
}

function chooseImporter(format: string, sources: readonly string[]): ImportFormat {
  if (Object.hasOwn(IMPORTERS, format)) return IMPORTERS[format]!
  const formats = Object.keys(IMPORTERS)
  const guess = sources.length === 0 ? guessFormat(format) : null
  const hint =
    guess === null
      ? (didYouMean(format, formats) ?? `use one of ${formats.join(', ')}`)
      : `name the format first: perfctl import ${guess} ${format}`
  throw userError(`${format} is not a format that perfctl can import`, hint)
}

/** Refuses flags that have no effect on the format. */
function checkFlags(format: string, flags: ImportFlags): void {
  for (const flag of ['mix', 'static', 'environment'] as const satisfies readonly OwnFlag[]) {
    if (flags[flag] === undefined || IMPORTERS[format]!.flags.includes(flag)) continue
    const others = Object.keys(IMPORTERS).filter((name) => IMPORTERS[name]!.flags.includes(flag))
    throw userError(`--${flag} has no effect on ${format}`, `remove it; it is for ${others.join(', ')}`)
  }
}

/** Guesses the format from the file's name. */
function guessFormat(file: string): string | null {
  if (/^curl\s/.test(file)) return 'curl'
  if (/postman[^/\\]*\.json$/i.test(file)) return 'postman'
  if (/(openapi|swagger)[^/\\]*\.(json|ya?ml)$/i.test(file)) return 'openapi'
  const byEnding: Readonly<Record<string, string>> = { '.har': 'har', '.log': 'access-log', '.sh': 'curl' }
  return byEnding[extname(file.replace(/(\.\d+)?(\.gz)?$/, ''))] ?? null
}

function inputOf(format: string, sources: readonly string[]): Input {
  const [first, ...others] = sources
  if (first === undefined) {
    const example = format === 'curl' ? "'curl http://localhost:3000/'" : 'file'
    throw userError('nothing to import', `write perfctl import ${format} ${example}, or - to read from stdin`)
  }
  if (format === 'curl' && /^\s*(\S*[/\\])?curl(\.exe)?(\s|$)/.test(first)) {
    // Several words: the shell has already split the command.
    const words =
      others.length === 0 ? first : sources.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    return { name: 'command line', place: 'command line', files: [], text: words }
  }
  if (others.length > 0 && format !== 'access-log') {
    throw userError(`${format} is imported from one file, got ${sources.length}`, 'import them one by one')
  }
  const place = first === '-' ? 'stdin' : first
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return { name: `${basename(place)}${more}`, place: `${place}${more}`, files: sources, text: null }
}

/** The URL that paths are appended to. */
function baseOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/+$/, '')
}

async function exists(file: string, io: Io): Promise<boolean> {
  return access(resolve(io.cwd, file)).then(
    () => true,
    () => false,
  )
}
