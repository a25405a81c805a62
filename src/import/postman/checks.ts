/**
 * A collection's scripts → `expect` and `capture` of each request, and notes on the rest.
 */
import type { Notes } from '../notes.js'
import type { Item } from './items.js'
import { readScript, type Script } from './script.js'

/** The results of one request's scripts. */
export interface Checks {
  readonly expect: Readonly<Record<string, unknown>>
  /** Variables and where their values are in the response. */
  readonly captures: ReadonlyMap<string, string | Readonly<Record<string, string>>>
  readonly fixed: ReadonlyMap<string, string>
  readonly sets: readonly string[]
}

const NOTES_MAX = 12
const LINE_MAX = 90

/** Reads scripts. Equal scripts, such as a folder's, are read once. */
export class Scripts {
  private readonly known = new Map<string, Script>()
  private readonly notes: Notes
  private noteCount = 0

  constructor(notes: Notes) {
    this.notes = notes
  }

  /** The results of a request's scripts. */
  read(item: Item, request: string): Checks {
    const tests = item.tests.map((code) => this.readOne(code, true))
    const before = item.prerequests.map((code) => this.readOne(code, false))
    for (const { rest } of tests) this.note('test', rest, request)
    for (const { rest } of before) this.note('pre-request', rest, request)
    const all = [...before, ...tests]
    return {
      expect: makeExpect(tests),
      captures: new Map(tests.flatMap(({ captures }) => [...captures])),
      fixed: new Map(all.flatMap(({ fixed }) => [...fixed])),
      sets: all.flatMap(({ sets }) => sets),
    }
  }

  private readOne(code: string, hasResponse: boolean): Script {
    const key = `${hasResponse} ${code}`
    const script = this.known.get(key) ?? readScript(code, hasResponse)
    this.known.set(key, script)
    return script
  }

  /** After a number of different scripts, notes name only the requests. */
  private note(kind: string, rest: readonly string[], request: string): void {
    if (rest.length === 0) return
    const [first] = rest as [string]
    const line = first.length > LINE_MAX ? `${first.slice(0, LINE_MAX)}…` : first
    const more =
      rest.length === 1 ? '' : ` and ${rest.length - 1} more ${rest.length === 2 ? 'line' : 'lines'}`
    const isShown = ++this.noteCount <= NOTES_MAX || this.known.size <= NOTES_MAX
    this.notes.add(
      isShown
        ? `left out of a ${kind} script: \`${line}\`${more}`
        : `left out other parts of ${kind} scripts`,
      request,
    )
  }
}

function makeExpect(scripts: readonly Script[]): Record<string, unknown> {
  const statuses = [...new Set(scripts.flatMap(({ status }) => status))]
  const json = Object.fromEntries(scripts.flatMap((script) => [...script.json]))
  const body = scripts.map((script) => script.body).find((text) => text !== null)
  return {
    ...(statuses.length > 0 && { status: statuses.length === 1 ? statuses[0] : statuses }),
    ...(body !== undefined && { body }),
    ...(Object.keys(json).length > 0 && { json }),
  }
}
