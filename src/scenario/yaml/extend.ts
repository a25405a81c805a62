/**
 * `extends`: a file laid over another one. Maps are merged key by key, the extending file has the last word; lists and
 * single values are replaced. Every part still knows the file it comes from, so problems are told where they are.
 */
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { codeOf, messageOf, type Problem } from '../../base/errors.js'
import type { FileReader } from '../data/files.js'
import { follow, isTreeMap, nameOf, type Path, Scalar, type Tree, type TreeMap } from './tree.js'
import { readYaml, type YamlFile } from './yaml.js'

/** A file with all that it extends. */
export interface ExtendedFile extends YamlFile {
  /** The texts of all files, the extending one first: for finding secrets in them. */
  readonly texts: readonly string[]
  /** What it extends could not be read: whatever is missing may stand there. */
  readonly isIncomplete: boolean
}

/** How a file is extended. */
export interface ExtendOptions {
  /** The path of the file, as messages show it. */
  readonly file: string
  readonly files?: FileReader | undefined
}

/** More files in a row are a problem, or meant to take long. */
const DEPTH_MAX = 10

/** Reads a text as YAML, and the files that it extends. Throws nothing: what is wrong is in `problems`. */
export function readExtended(text: string, options: ExtendOptions): ExtendedFile {
  return readLayer(text, { ...options, folder: '', chain: [normalize(options.file)] })
}

interface Layer extends ExtendOptions {
  /** From the folder of the first file to that of this one. */
  readonly folder: string
  /** The files that led here, this one last. */
  readonly chain: readonly string[]
}

function readLayer(text: string, layer: Layer): ExtendedFile {
  const own = readYaml(text, layer.file)
  const alone = { ...own, texts: [text], isIncomplete: false }
  if (own.tree === null || !isTreeMap(own.tree) || own.tree.extends === undefined) return alone
  const { extends: reference, ...tree } = own.tree
  const outcome = readBase(reference, layer)
  if ('message' in outcome) {
    const place = own.locate(['extends'])
    const problem: Problem = { message: `extends: ${outcome.message}`, hint: outcome.hint, place }
    return { ...alone, tree, problems: [...own.problems, problem], isIncomplete: true }
  }
  return layOver({ ...own, tree }, text, outcome)
}

interface Base {
  readonly file: ExtendedFile
  /** From the folder of the extending file to that of the base. */
  readonly folder: string
}

function readBase(reference: Tree, layer: Layer): Base | { readonly message: string; readonly hint: string } {
  if (!(reference instanceof Scalar) || typeof reference.value !== 'string' || reference.text.trim() === '')
    return {
      message: `expected a file, got ${nameOf(reference)}`,
      hint: 'write its path, such as common.yaml',
    }
  const path = reference.text.trim()
  const shown = isAbsolute(path) ? path : join(dirname(layer.file), path)
  const inner = isAbsolute(path) ? path : join(layer.folder, path)
  if (layer.chain.includes(normalize(shown)))
    return {
      message: `${path} extends this file in turn`,
      hint: `break the cycle: ${[...layer.chain, shown].join(' -> ')}`,
    }
  if (layer.chain.length >= DEPTH_MAX)
    return { message: `more than ${DEPTH_MAX} files extend each other`, hint: 'merge some of them' }
  if (layer.files === undefined)
    return { message: "files can't be read here", hint: 'read the scenario from a file' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(layer.files.read(inner))
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT'
    return {
      message: isMissing ? `${shown}: no such file` : `cannot read ${shown}: ${messageOf(error)}`,
      hint: 'write a path relative to the file that extends it',
    }
  }
  const folder = dirname(path)
  const file = readLayer(text, {
    ...layer,
    file: shown,
    folder: dirname(inner),
    chain: [...layer.chain, normalize(shown)],
  })
  return { file, folder }
}

function layOver(own: YamlFile, text: string, { file: base, folder }: Base): ExtendedFile {
  const below = base.tree === null || !isTreeMap(base.tree) ? {} : moveFiles(base.tree, folder)
  const tree = merge(below, own.tree as TreeMap)
  const depth = (file: YamlFile, path: Path) => (file.tree === null ? 0 : follow(file.tree, path).length)
  const ownerOf = (path: Path) => (depth(base, path) > depth(own, path) ? base : own)
  return {
    tree,
    problems: [...own.problems, ...base.problems],
    isBroken: (path) => ownerOf(path).isBroken(path),
    locate: (path, problem) => ownerOf(path).locate(path, problem),
    texts: [text, ...base.texts],
    isIncomplete: base.isIncomplete || base.tree === null,
  }
}

function merge(below: Tree, above: Tree): Tree {
  if (!isTreeMap(below) || !isTreeMap(above)) return above
  const merged: Record<string, Tree> = Object.create(null)
  for (const key of [...Object.keys(below), ...Object.keys(above)]) {
    const [a, b] = [below[key], above[key]]
    merged[key] = a !== undefined && b !== undefined ? merge(a, b) : (b ?? a)!
  }
  return merged
}

/** Keys whose values are paths of files. */
const PATHS: ReadonlySet<string> = new Set(['file', 'ca', 'cert', 'key'])
/** Keys whose values are the user's own: a field called "file" in them is no file. */
const OWN: ReadonlySet<string> = new Set(['json', 'form', 'query', 'headers', 'expect', 'capture', 'values'])

/** The tree with the paths in it relative to the extending file's folder. */
function moveFiles<T extends Tree>(tree: T, folder: string): T {
  if (folder === '.' || tree instanceof Scalar) return tree
  if (Array.isArray(tree))
    return (tree as readonly Tree[]).map((item) => moveFiles(item, folder)) as unknown as T
  const moved: Record<string, Tree> = Object.create(null)
  for (const [key, value] of Object.entries(tree as TreeMap)) {
    const isPath = PATHS.has(key) && value instanceof Scalar && typeof value.value === 'string'
    if (isPath && !isAbsolute(value.text)) moved[key] = movedScalar(value, folder)
    else if (key === 'multipart' && isTreeMap(value)) moved[key] = moveParts(value, folder)
    else moved[key] = OWN.has(key) ? value : moveFiles(value, folder)
  }
  return moved as T
}

/** Fields are called what the user likes: only what stands in one can be the path of a file. */
function moveParts(fields: TreeMap, folder: string): TreeMap {
  const moved: Record<string, Tree> = Object.create(null)
  for (const [name, part] of Object.entries(fields)) moved[name] = moveFiles(part, folder)
  return moved
}

function movedScalar({ text }: Scalar, folder: string): Scalar {
  const path = join(folder, text)
  return new Scalar(path, path)
}
