/**
 * Resolves `$ref` in an OpenAPI document, within it and to files next to it.
 *
 * Not `@apidevtools/json-schema-ref-parser`: version 16 needs Node 22.19. Its `dereference` replaces references by their
 * targets, while samples need the references themselves to stop at circular ones. With its `resolve`, the limits, the
 * notes on missing targets and the rules for files would remain here.
 */
import { posix } from 'node:path'
import { UserError } from '../../base/errors.js'
import { Source } from '../../scenario/yaml/source.js'
import type { Notes } from '../notes.js'
import { field, isMap, mapOf, parseJsonOrYaml, type UnknownMap } from '../untrusted-json.js'

/** The longest chain of references to references. */
const CHAIN_MAX = 50

/** More files than any API has. */
const FILES_MAX = 2000

/** The target of a reference. */
export interface Resolved {
  readonly value: UnknownMap
  /** The last reference followed, with its file; null if there was none. */
  readonly ref: string | null
}

/** Reads a file by its path relative to the document's folder; null if there is none. */
export type ReadBeside = (path: string) => string | null

/** The document that references start from. */
export interface RootDocument {
  readonly value: unknown
  readonly text: string
  /** Its file name for messages. */
  readonly file: string
  /** Null if no files are next to it, for example if it was read from a pipe. */
  readonly read: ReadBeside | null
}

interface File {
  readonly value: unknown
  readonly text: string
  /** Values by `$anchor` and `$id`; collected on demand. */
  anchors: ReadonlyMap<string, unknown> | null
}

/** The references of a document and of all files that it refers to. */
export class Refs {
  private readonly root: RootDocument
  private readonly notes: Notes
  /** By path from the document's folder; the document itself is ''. Null for a missing file. */
  private readonly files = new Map<string, File | null>()
  /** The file that a map or list is from, unless it's the document. */
  private readonly homes = new WeakMap<object, string>()
  /** Resolved values by full reference, including those in progress. */
  private readonly found = new Map<string, unknown>()

  constructor(root: RootDocument, notes: Notes) {
    this.root = root
    this.notes = notes
    this.files.set('', { value: root.value, text: root.text, anchors: null })
  }

  /** The value itself, or the target of its `$ref`. Returns an empty map and adds a note if there is no target. */
  resolve(value: unknown): Resolved {
    const followed = this.follow(value)
    return { value: mapOf(followed.value), ref: followed.ref }
  }

  /** Like `resolve`, for a value of any type, such as a list. */
  follow(value: unknown): { readonly value: unknown; readonly ref: string | null } {
    let at = value
    let ref: string | null = null
    for (let n = 0; n < CHAIN_MAX; n++) {
      const next = field(at, '$ref')
      if (typeof next !== 'string') return { value: at, ref }
      const { $ref, ...siblings } = at as UnknownMap
      ref = this.nameOf(next, at as UnknownMap)
      const found = ref === null ? undefined : this.find(ref)
      if (found === undefined) return { value: siblings, ref }
      // OpenAPI 3.1 merges keys next to a `$ref`. The target's keys win.
      if (isMap(found) && Object.keys(siblings).length > 0) {
        at = { ...siblings, ...found }
        this.homes.set(at as object, this.homeOf(found))
      } else at = found
    }
    return { value: {}, ref }
  }

  /**
   * A reference with its file: `schemas/pet.yaml#/Pet`. `holder`: the map that contains it. Null if it can't be
   * followed.
   */
  nameOf(ref: string, holder: unknown): string | null {
    const home = this.homeOf(holder)
    const cut = ref.indexOf('#')
    const [path, fragment] = cut === -1 ? [ref, ''] : [ref.slice(0, cut), ref.slice(cut + 1)]
    if (path === '') return `${home}#${fragment}`
    if (/^(?!file:)[a-z][a-z\d+.-]+:/i.test(path)) {
      this.notes.add('references to other hosts are not followed', ref)
      return null
    }
    const file = this.pathFrom(home, path)
    if (file === null) throw this.outside(ref, home)
    return `${file === posix.basename(this.root.file.replaceAll('\\', '/')) ? '' : file}#${fragment}`
  }

  /** A `$ref` to a file that the document names in another way. */
  fileReference(holder: UnknownMap, ref: string): UnknownMap {
    const reference = { $ref: ref }
    this.homes.set(reference, this.homeOf(holder))
    return reference
  }

  private homeOf(value: unknown): string {
    return (isMap(value) && this.homes.get(value)) || ''
  }

  /** The path from the document's folder; null if it's outside. */
  private pathFrom(home: string, path: string): string | null {
    const plain = decode(path.replace(/\?.*$/s, '')).replaceAll('\\', '/')
    if (/^\/|^[A-Za-z][A-Za-z\d+.-]*:|\0/.test(plain)) return null
    const whole = posix.normalize(posix.join(posix.dirname(home), plain))
    return /^\.\.(?:\/|$)/.test(whole) ? null : whole
  }

  private outside(ref: string, home: string): UserError {
    const file = home === '' ? this.root.file : posix.join(posix.dirname(this.root.file), home)
    const text = this.files.get(home)?.text ?? ''
    const at = Math.max(0, text.indexOf(ref))
    return new UserError([
      {
        message: `$ref: ${ref} points outside the folder of the document`,
        place: new Source(file, text).place([at, at + ref.length]),
        hint: 'move the file into that folder, or bundle all files into one (redocly bundle)',
      },
    ])
  }

  private find(name: string): unknown {
    if (this.found.has(name)) return this.found.get(name)
    this.found.set(name, undefined)
    const cut = name.indexOf('#')
    const [path, fragment] = [name.slice(0, cut), name.slice(cut + 1)]
    const file = this.open(path)
    const value =
      file === null ? this.findBare(path, fragment) : this.lookUp(file, decode(fragment), fragment)
    if (value === undefined && file !== null)
      this.notes.add('references that do not resolve', path === '' ? `#${fragment}` : name)
    this.found.set(name, value)
    return value
  }

  /** Finds `Pet`, the oldest documents' way to refer to a schema. Notes anything else that is missing. */
  private findBare(path: string, fragment: string): unknown {
    const bare = /^[\w-]+$/.test(path) && fragment === '' ? schemasOf(this.root.value)[path] : undefined
    if (bare === undefined && this.root.read === null)
      this.notes.add('references to other files are followed only by perfctl import openapi FILE', path)
    else if (bare === undefined) this.notes.add('references to missing files', path)
    return bare
  }

  private open(path: string): File | null {
    const known = this.files.get(path)
    if (known !== undefined) return known
    const text = this.files.size > FILES_MAX ? null : (this.root.read?.(path) ?? null)
    const file = text === null ? null : this.load(path, text)
    this.files.set(path, file)
    return file
  }

  private load(path: string, text: string): File {
    const value = parseJsonOrYaml(text, posix.join(posix.dirname(this.root.file.replaceAll('\\', '/')), path))
    visit(value, (part) => this.homes.set(part, path))
    return { value, text, anchors: null }
  }

  private lookUp(file: File, fragment: string, written: string): unknown {
    if (fragment === '') return file.value
    if (written.startsWith('/')) return this.walk(file.value, written.slice(1).split('/'))
    file.anchors ??= anchorsOf(file.value)
    return file.anchors.get(fragment) ?? field(file.value, fragment) ?? schemasOf(file.value)[fragment]
  }

  /** Follows a JSON pointer, which may lead through references. */
  private walk(start: unknown, steps: readonly string[]): unknown {
    let at = start
    for (const step of steps) {
      const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~')
      if (field(at, '$ref') !== undefined && field(at, key) === undefined) at = this.follow(at).value
      if (Array.isArray(at)) at = /^\d+$/.test(key) ? at[Number(key)] : undefined
      else at = field(at, key)
    }
    return at
  }
}

function schemasOf(document: unknown): UnknownMap {
  return mapOf(field(document, 'definitions') ?? field(field(document, 'components'), 'schemas'))
}

function anchorsOf(document: unknown): Map<string, unknown> {
  const anchors = new Map<string, unknown>()
  visit(document, (part) => {
    const id = field(part, '$id') ?? field(part, 'id')
    const name = field(part, '$anchor') ?? (typeof id === 'string' && id.startsWith('#') ? id.slice(1) : null)
    if (typeof name === 'string' && !anchors.has(name)) anchors.set(name, part)
  })
  return anchors
}

/** Calls `call` once for each map and list in a value. */
function visit(value: unknown, call: (part: object) => void): void {
  const seen = new Set<object>()
  const left: unknown[] = [value]
  while (left.length > 0) {
    const part = left.pop()
    if (typeof part !== 'object' || part === null || seen.has(part)) continue
    seen.add(part)
    call(part)
    for (const item of Object.values(part)) left.push(item)
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
