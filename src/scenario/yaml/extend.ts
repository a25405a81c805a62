/**
 * `extends`: a file merged over another one. Maps are merged key by key, and the extending file wins; lists and single
 * values are replaced. Each part keeps its file, so that a problem is reported where it is.
 */
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { codeOf, messageOf, type Problem } from '../../base/errors.js'
import type { FileReader } from '../data/files.js'
import { follow, isTreeMap, nameOf, type Path, Scalar, type Tree, type TreeMap } from './tree.js'
import { readYaml, type YamlFile } from './yaml.js'

/** A file merged with those that it extends. */
export interface ExtendedFile extends YamlFile {
  /** The texts of all files, the extending one first, to find secrets in them. */
  readonly texts: readonly string[]
  /** A file that it extends could not be read, so anything missing may be defined there. */
  readonly isIncomplete: boolean
}

/** How to read a file and those that it extends. */
export interface ExtendOptions {
  /** The path of the file, as messages show it. */
  readonly file: string
  readonly files?: FileReader | undefined
}

/** A longer chain is most likely a mistake, or meant to take long. */
const DEPTH_MAX = 10

/** Reads YAML and the files that it extends. Throws nothing: problems are in `problems`. */
export function readExtended(text: string, options: ExtendOptions): ExtendedFile {
  return readLayer(text, { ...options, folder: '', chain: [normalize(options.file)] })
}

interface Layer extends ExtendOptions {
  /** From the first file's folder to this one's. */
  readonly folder: string
  /** The chain of files up to this one. */
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
  /** From the extending file's folder to the base's. */
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

/** Keys whose values are file paths. */
const PATHS: ReadonlySet<string> = new Set(['file', 'ca', 'cert', 'key'])
/** Keys whose content is the user's own: a field named "file" in them is not a path. */
const OWN: ReadonlySet<string> = new Set(['json', 'form', 'query', 'headers', 'expect', 'capture', 'values'])

/** The tree with its paths relative to the extending file's folder. */
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

/** Form fields may have any name: only the content of a field can be a file path. */
function moveParts(fields: TreeMap, folder: string): TreeMap {
  const moved: Record<string, Tree> = Object.create(null)
  for (const [name, part] of Object.entries(fields)) moved[name] = moveFiles(part, folder)
  return moved
}

function movedScalar({ text }: Scalar, folder: string): Scalar {
  const path = join(folder, text)
  return new Scalar(path, path)
}
