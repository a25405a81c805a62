/**
 * Files that requests upload, wherever they were on the original machine. The scenario keeps only their base names, so
 * that only files next to it can be read and sent.
 */
import type { Notes } from './notes.js'

/** Characters that some file systems reject in a name, or that have a meaning in a scenario. */
const UNFIT = /[<>:"|?*{}$\ue000-\ue004\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+/gu
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g

/** Device names on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** File systems allow 255 bytes. This leaves room for a suffix. */
const BYTES_MAX = 180

/** The upload files of one scenario, each under a unique name. */
export class UploadFiles {
  private readonly byPath = new Map<string, string>()
  /** In lower case, because some file systems ignore case. */
  private readonly taken: Set<string>
  /** The last number used for each name, as thousands of files may have the same name. */
  private readonly numbers = new Map<string, number>()

  /** `reserved`: names next to the scenario that can't be sent, such as folders and the scenario itself. */
  constructor(reserved: Iterable<string> = []) {
    this.taken = new Set([...reserved].map((name) => name.toLowerCase()))
  }

  /** The name next to the scenario for a file that was at `path`. The same path always returns the same name. */
  take(path: string): string {
    const known = this.byPath.get(path)
    if (known !== undefined) return known
    const wanted = safeName(baseName(path))
    const [, stem = wanted, ending = ''] = /^(.+?)(\.[^.]+)?$/s.exec(wanted) ?? []
    let name = wanted
    let n = this.numbers.get(wanted) ?? 1
    while (this.taken.has(name.toLowerCase())) name = `${stem}-${++n}${ending}`
    this.numbers.set(wanted, n)
    this.taken.add(name.toLowerCase())
    this.byPath.set(path, name)
    return name
  }

  get names(): string[] {
    return [...this.byPath.values()]
  }

  /** Adds a note with the files that the scenario needs. */
  addNotes(notes: Notes): void {
    for (const name of this.names)
      notes.add('requests upload these files; put realistic ones next to the scenario', name)
  }
}

/** The last part of a path on any system, on one line. If the path is a variable, returns the variable's name. */
export function baseName(path: string): string {
  const plain = path.replace(/\ue000([^\ue002]*?)(?::-[^\ue002]*)?\ue002/g, '$1')
  const parts = plain.split(/[\\/]/).filter((part) => !/^\s*\.{0,2}\s*$/.test(part))
  return (parts.at(-1) ?? '')
    .replace(/^[A-Za-z]:/, '')
    .replace(CONTROLS, ' ')
    .trim()
}

function safeName(base: string): string {
  const plain = base
    .replace(UNFIT, '-')
    .replace(/^[.\s-]+/, '')
    .replace(/[.\s]+$/, '')
    .replace(DEVICE, '_$&')
  return shortened(plain) || 'upload.bin'
}

/** Keeps the extension, because the content type depends on it. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= BYTES_MAX) return name
  const ending = /\.[A-Za-z\d]{1,10}$/.exec(name)?.[0] ?? ''
  const stem = [...name.slice(0, name.length - ending.length)]
  while (Buffer.byteLength(stem.join('') + ending) > BYTES_MAX) stem.length -= Math.ceil(stem.length / 20)
  return stem.join('') + ending
}
