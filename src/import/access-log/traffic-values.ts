/**
 * Sampled values → a constant, a list under `data` or a random number.
 */
import { isSecretField } from '../../base/secrets.js'
import { encodeSafely } from '../address.js'
import type { Credentials } from '../credentials.js'
import { isConstant } from '../names.js'
import type { Notes } from '../notes.js'
import { template } from '../placeholders.js'
import type { Sample } from '../sample.js'

/** Up to this many distinct values are all listed; beyond, only a sample is. */
const LISTED_MAX = 20

/** The share of a range that must occur before any number in it is as good as a real one. */
const DENSE = 0.5

/** Collects the lists under `data`. */
export class DataLists {
  private readonly lists: Record<string, readonly (string | number)[]> = {}
  private readonly names = new Map<Sample, string>()
  readonly notes: Notes
  private readonly credentials: Credentials

  constructor(notes: Notes, credentials: Credentials) {
    this.notes = notes
    this.credentials = credentials
  }

  /**
   * The text that replaces the values: percent-encoded if it's constant, otherwise a template, which encodes its value
   * itself. `wanted`: the name for the list. `prefix`: put in front of it if another list has that name.
   */
  place(sample: Sample, { wanted, prefix }: { readonly wanted: string; readonly prefix: string }): string {
    const { values, distinct, range } = sample
    if (isSecretField(wanted) && distinct > 0) return this.credentials.hide(wanted, values[0]!)
    if (distinct <= 1) return encodeSafely(values[0] ?? '')
    if (range !== null && isRandom(distinct, range)) return template(`randomInt(${range.from}, ${range.to})`)
    const known = this.names.get(sample)
    if (known !== undefined) return template(known)
    const list = listOf(sample)
    const name = this.nameFor(list, [wanted, prefix])
    this.names.set(sample, name)
    this.lists[name] = list
    if (new Set(list).size < list.length) {
      this.notes.add('values are repeated in these lists as often as in a sample of the traffic', name)
    }
    if (distinct > list.length) {
      const count = distinct > 255 ? `about ${roughly(distinct)}` : distinct
      this.notes.add(
        'lists with only some of the values: caches will be hit more often than in real traffic',
        `${name} (${list.length} of ${count})`,
      )
    }
    return template(name)
  }

  /** The key `data`, if there are lists. */
  keys(): { readonly data?: Readonly<Record<string, readonly (string | number)[]>> } {
    return Object.keys(this.lists).length === 0 ? {} : { data: this.lists }
  }

  /** Equal lists share a name. */
  private nameFor(list: readonly (string | number)[], [wanted, prefix]: readonly [string, string]): string {
    const name = nameOf(wanted)
    const longer = nameOf(`${prefix}${wanted.charAt(0).toUpperCase()}${wanted.slice(1)}`)
    const isFree = (candidate: string) =>
      !Object.hasOwn(this.lists, candidate) || String(this.lists[candidate]) === String(list)
    for (let n = 2; ; n++) {
      const free = [name, longer, `${longer}${n}`].find(isFree)
      if (free !== undefined) return free
    }
  }
}

function isRandom(distinct: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const isDense = distinct >= LISTED_MAX && distinct >= DENSE * (to - from + 1)
  // Times and the like, meant to differ each time.
  const isTime = distinct >= LISTED_MAX && from >= 1e9
  return isDense || isTime
}

/** Each value once if all are about equally frequent, otherwise as often as in the sample. */
function listOf({ values, distinct, count }: Sample): (string | number)[] {
  const different = [...new Set(values)]
  const most = Math.max(...different.map((value) => values.filter((other) => other === value).length))
  const isEven = different.length === distinct && most <= Math.max(3, (2 * values.length) / distinct)
  const list = isEven || count < LISTED_MAX ? different : values
  return list.every((value) => String(Number(value)) === value && Number.isSafeInteger(Number(value)))
    ? list.map(Number)
    : list
}

/** A name that is valid in a template. */
function nameOf(text: string): string {
  const name = text.replace(/[^\w]+/g, '_').replace(/^_+|_+$/g, '')
  return /^[A-Za-z]/.test(name) && !isConstant(name)
    ? name.slice(0, 50)
    : `value${name === '' ? '' : `_${name.slice(0, 40)}`}`
}

function roughly(count: number): string {
  return Number(count.toPrecision(2)).toLocaleString('en')
}
