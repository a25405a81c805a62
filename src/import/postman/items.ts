/**
 * The requests of a collection, each with what its folders add.
 */
import { userError } from '../../base/errors.js'
import { oneLine } from '../names.js'
import { field, isMap, listOf, mapOf, textField, textOf, type UnknownMap } from '../untrusted-json.js'
import { readVariables } from './variables.js'

/** A request of a collection. */
export interface Item {
  /** Its name, after those of its folders, outermost first. */
  readonly name: string
  readonly folders: readonly string[]
  /** Identifies the folder, as names may repeat. */
  readonly folderId: number
  readonly request: UnknownMap
  /** Its own, or the nearest folder's. */
  readonly auth: unknown
  /** Variables of its folders; the nearest folder wins. */
  readonly local: ReadonlyMap<string, string>
  /** Its scripts, after those of the collection and its folders. */
  readonly tests: readonly string[]
  readonly prerequests: readonly string[]
  /** Whether to send the body whatever the method. */
  readonly keepsBody: boolean
  /** Settings that only Postman has. */
  readonly settings: readonly string[]
}

const DEPTH_MAX = 50
const ITEMS_MAX = 20_000

/** All requests in order. Throws a UserError if there are too many for a scenario. */
export function listItems(collection: UnknownMap): Item[] {
  const items: Item[] = []
  let folderCount = 0
  const visit = (folder: UnknownMap, above: Above, depth: number): void => {
    const folderId = folderCount++
    if (depth > DEPTH_MAX)
      throw userError('folders are nested more than 50 levels deep', 'export one of the folders')
    for (const entry of listOf(field(folder, 'item'))) {
      if (!isMap(entry)) continue
      const name = oneLine(textField(entry, 'name') ?? '')
      const inside = add(above, entry)
      if (Array.isArray(entry.item)) {
        visit(
          entry,
          { ...inside, folders: [...above.folders, name].filter((part) => part !== '') },
          depth + 1,
        )
      } else if (field(entry, 'request') !== undefined) {
        items.push(makeItem(entry, name, inside, folderId))
        if (items.length > ITEMS_MAX)
          throw userError('the collection has more than 20,000 requests', 'export a folder')
      }
    }
  }
  const nothing: Above = {
    folders: [],
    auth: undefined,
    local: new Map(),
    tests: [],
    prerequests: [],
    settings: {},
  }
  visit(collection, { ...add(nothing, collection), local: new Map() }, 0)
  return items
}

interface Above {
  readonly folders: readonly string[]
  readonly auth: unknown
  readonly local: ReadonlyMap<string, string>
  readonly tests: readonly string[]
  readonly prerequests: readonly string[]
  readonly settings: UnknownMap
}

function add(above: Above, entry: UnknownMap): Above {
  const own = field(entry, 'auth')
  return {
    folders: above.folders,
    auth: isMap(own) ? own : above.auth,
    local: new Map([...above.local, ...readVariables(entry)]),
    tests: [...above.tests, ...scriptsOf(entry, 'test')],
    prerequests: [...above.prerequests, ...scriptsOf(entry, 'prerequest')],
    settings: { ...above.settings, ...mapOf(field(entry, 'protocolProfileBehavior')) },
  }
}

function makeItem(entry: UnknownMap, name: string, above: Above, folderId: number): Item {
  const given = entry.request
  const request = typeof given === 'string' ? { url: given } : mapOf(given)
  const own = field(request, 'auth')
  const { disableBodyPruning, ...settings } = above.settings
  return {
    ...above,
    name,
    folderId,
    request,
    auth: isMap(own) ? own : above.auth,
    keepsBody: disableBodyPruning === true,
    settings: [
      ...Object.keys(settings),
      ...['proxy', 'certificate'].filter((key) => isMap(field(request, key)) || isMap(field(entry, key))),
    ],
  }
}

/** The code of events, given as text or lines. */
function scriptsOf(entry: UnknownMap, listen: string): string[] {
  return listOf(field(entry, 'event'))
    .filter((event) => field(event, 'listen') === listen && field(event, 'disabled') !== true)
    .map((event) => {
      const exec = field(field(event, 'script'), 'exec')
      const code = Array.isArray(exec) ? exec.map((line) => textOf(line) ?? '').join('\n') : textOf(exec)
      return (code ?? '').replace(/\r\n?/g, '\n')
    })
    .filter((code) => code.trim() !== '')
}
