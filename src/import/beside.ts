/**
 * Files that requests send, wherever they lay on the machine of whoever wrote the source. A scenario names them by
 * their base name alone, so that nothing but what lies beside it can be read and sent.
 */
import type { Notes } from './notes.js'

/** What no file system, or not every one of them, takes in a name, and what would mean something in a scenario. */
const UNFIT = /[<>:"|?*{}$\ue000-\ue004\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+/gu
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g

/** Names that are devices on Windows, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** File systems count bytes, up to 255; this leaves room for what is written around a name. */
const BYTES_MAX = 180

/** The files of one scenario, each with a name of its own. */
export class BesideFiles {
  private readonly byPath = new Map<string, string>()
  /** In lower case, as some file systems don't tell apart. */
  private readonly taken: Set<string>
  /** The last number in each name: thousands may be called the same. */
  private readonly numbers = new Map<string, number>()

  /** `reserved`: what lies there already and can't be sent, such as folders and the scenario itself. */
  constructor(reserved: Iterable<string> = []) {
    this.taken = new Set([...reserved].map((name) => name.toLowerCase()))
  }

  /** The name beside the scenario of a file that another program knew by `path`. The same path gives the same name. */
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

  /** All names, in the order in which they came up. */
  get names(): string[] {
    return [...this.byPath.values()]
  }

  /** Notes which files the scenario needs. */
  tell(notes: Notes): void {
    for (const name of this.names)
      notes.add('requests upload these files; put realistic ones next to the scenario', name)
  }
}

/** The last part of a path of any system, on one line; of a path that is a variable, the variable's name. */
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

/** Its ending is kept: it says what kind of content the file has. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= BYTES_MAX) return name
  const ending = /\.[A-Za-z\d]{1,10}$/.exec(name)?.[0] ?? ''
  const stem = [...name.slice(0, name.length - ending.length)]
  while (Buffer.byteLength(stem.join('') + ending) > BYTES_MAX) stem.length -= Math.ceil(stem.length / 20)
  return stem.join('') + ending
}
