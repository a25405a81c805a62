/**
 * Postman collections (v2.0 and v2.1) → a scenario. Folders become prefixes of names, or journeys if a request captures
 * what another one sends.
 */
import { userError } from '../../base/errors.js'
import type { Draft } from '../draft.js'
import { References } from '../env-references.js'
import { Names, oneLine, scenarioName } from '../names.js'
import { Notes } from '../notes.js'
import { escapeText, Placeholders } from '../template-text.js'
import { field, isMap, parseJsonOrYaml, textField, type UnknownMap } from '../untrusted-json.js'
import { UploadFiles } from '../upload-files.js'
import { type Checks, Scripts } from './checks.js'
import { type Item, listItems } from './items.js'
import { findGroups, type Link } from './journeys.js'
import { type Prepared, prepare } from './request.js'
import { chooseTarget, commonAuth } from './shared.js'
import { type PostmanContext, readEnvironment, readVariables, Variables } from './variables.js'

/** Options of a Postman import. */
export interface PostmanOptions {
  /** The collection's file name for messages. */
  readonly file: string
  /** An exported environment (or globals). Its values override the collection's. */
  readonly environment?: { readonly file: string; readonly text: string } | null
  /** Replaces the host that most requests go to. */
  readonly target?: string | null
  /** Names next to the scenario that can't be used for uploads. */
  readonly reserved?: readonly string[]
}

/** A request with everything known about it. */
interface Entry extends Link {
  readonly item: Item
  /** Prefixed with its folders. */
  readonly name: string
  readonly checks: Checks
}

/** A request that can be sent. */
interface Sent extends Entry {
  readonly prepared: Prepared
}

/** The draft of a scenario. Throws a UserError if the text is no collection or has no request to send. */
export function importPostman(text: string, options: PostmanOptions): Draft {
  const collection = findCollection(parseJsonOrYaml(text, options.file), options.file)
  const notes = new Notes()
  const scripts = new Scripts(notes)
  const read = listItems(collection).map((item) => {
    const name = [...item.folders, item.name || 'request'].join(' / ')
    return { item, name, checks: scripts.read(item, name) }
  })
  const context = makeContext(collection, read, notes, options)
  const entries = read.map(
    (entry): Entry => ({
      ...entry,
      folderId: entry.item.folderId,
      captures: [...entry.checks.captures.keys()],
      needs: context.variables.usedIn([entry.item.request, entry.item.auth], entry.item.local),
    }),
  )
  const groups = findGroups(entries).map((group) => prepareGroup(group, context))
  const sent = groups.flat()
  if (sent.length === 0) throw userError(`${options.file}: no requests that perfctl can send`)
  return makeDraft(collection, groups, context, options.target ?? null)
}

function makeDraft(
  collection: UnknownMap,
  groups: readonly (readonly Sent[])[],
  context: PostmanContext,
  given: string | null,
): Draft {
  const { notes, references, data } = context
  const sent = groups.flat()
  const { target, urlOf } = chooseTarget(
    sent.map(({ prepared }) => prepared.address),
    given,
    context,
  )
  const auth = commonAuth(sent.map(({ prepared }) => prepared))
  const title = textField(collection.info, 'name') ?? ''
  const names = new Names()
  const requests = groups
    .filter((group) => group.length > 0)
    .map((group) => {
      // Backwards, because each step captures only what later steps need.
      const later = new Set<string>()
      const bodies: Record<string, unknown>[] = []
      for (const entry of group.toReversed()) {
        const keys = writeRequest(entry, later, context)
        const url = urlOf(entry.prepared.address)
        bodies.unshift({ [entry.prepared.method]: url, ...(auth === null && keys.auth), ...keys.rest })
        for (const name of entry.needs) later.add(name)
      }
      return group.length === 1
        ? { name: names.take(group[0]!.name, 'request'), ...bodies[0] }
        : writeJourney(group, bodies, names, title)
    })

  context.files.addNotes(notes)
  references.note(notes, [target, auth, requests])
  if (data.size > 0)
    notes.add("lists under data replace Postman's random values", [...data.keys()].join(', '))
  notes.add(
    'Postman keeps cookies and follows redirects; to do the same, write cookies: true and redirects: 5 under http',
  )
  const name = scenarioName(title)
  return {
    scenario: {
      ...(name !== null && { name }),
      ...(oneLine(title) !== (name ?? '') && { description: escapeText(oneLine(title)) }),
      ...(target !== null && { target }),
      ...(auth !== null && { http: { auth } }),
      ...(data.size > 0 && { data: Object.fromEntries(data) }),
      requests,
    },
    notes: notes.list(),
    placeholders: context.files.names,
  }
}

/** Prepares requests in order, so that later ones see the captures of earlier ones. */
function prepareGroup(group: readonly Entry[], context: PostmanContext): Sent[] {
  const captured = new Map<string, string>()
  return group.flatMap((entry) => {
    const scope = { captured: new Map(captured), local: entry.item.local, request: entry.name }
    const prepared = prepare(entry.item, scope, context)
    if (prepared === null) return []
    if (group.length > 1)
      for (const name of entry.captures) captured.set(name, context.variables.captureAs(name))
    return [{ ...entry, prepared }]
  })
}

/** The keys of a request after its method. `later`: the variables that later steps need. */
function writeRequest({ prepared, checks }: Sent, later: ReadonlySet<string>, { variables }: PostmanContext) {
  const capture = [...checks.captures]
    .filter(([name]) => later.has(name))
    .map(([name, from]) => [variables.captureAs(name), from])
  return {
    auth: prepared.auth !== null && { auth: prepared.auth },
    rest: {
      ...prepared.keys,
      ...(capture.length > 0 && { capture: Object.fromEntries(capture) }),
      ...(Object.keys(checks.expect).length > 0 && { expect: checks.expect }),
    },
  }
}

function writeJourney(
  group: readonly Sent[],
  bodies: readonly Readonly<Record<string, unknown>>[],
  names: Names,
  title: string,
): Record<string, unknown> {
  const name = names.take(group[0]!.item.folders.join(' / ') || title, 'journey')
  return {
    name,
    steps: group.map(({ item }, index) => ({ name: names.take(item.name, 'step', name), ...bodies[index] })),
  }
}

function makeContext(
  collection: UnknownMap,
  entries: readonly { readonly name: string; readonly checks: Checks }[],
  notes: Notes,
  { environment, reserved }: PostmanOptions,
): PostmanContext {
  const values = readVariables(collection)
  if (environment !== undefined && environment !== null) {
    const read = parseJsonOrYaml(environment.text, environment.file)
    if (!Array.isArray(field(read, 'values')))
      throw userError(`${environment.file}: not a Postman environment`, 'export the environment as JSON')
    for (const [name, value] of readEnvironment(read))
      if (value !== '' || !values.has(name)) values.set(name, value)
  }
  // A variable that scripts always set to the same value is as good as one of the collection.
  const changing = new Set(entries.flatMap(({ checks }) => [...checks.captures.keys(), ...checks.sets]))
  const fixed = new Set<string>()
  for (const [name, value] of entries.flatMap(({ checks }) => [...checks.fixed])) {
    if (changing.has(name) || (values.get(name) ?? '') !== '') continue
    values.set(name, value)
    fixed.add(name)
  }
  const shared = {
    placeholders: new Placeholders(),
    notes,
    references: new References(),
    files: new UploadFiles(reserved),
    data: new Map(),
  }
  const variables = new Variables(values, shared)
  for (const { name, checks } of entries) {
    for (const variable of [...checks.captures.keys(), ...checks.fixed.keys(), ...checks.sets])
      if (!fixed.has(variable)) variables.setBy(variable, name)
  }
  return { ...shared, variables }
}

/** The collection in an exported file or a response of Postman's API. */
function findCollection(value: unknown, file: string): UnknownMap {
  const wrapped = field(value, 'collection')
  const collection = isMap(wrapped) ? wrapped : value
  if (isMap(collection) && Array.isArray(collection.item)) return collection
  if (Array.isArray(field(collection, 'requests')))
    throw userError(
      `${file}: version 1 collections are not supported`,
      'export it from Postman as Collection v2.1',
    )
  if (Array.isArray(field(collection, 'values')))
    throw userError(
      `${file}: this is an environment, not a collection`,
      'export the collection as Collection v2.1',
    )
  const isOpenapi = field(value, 'openapi') !== undefined || field(value, 'swagger') !== undefined
  const hint = isOpenapi
    ? `this is an OpenAPI document: run perfctl import openapi ${file}`
    : 'export it from Postman as Collection v2.1'
  throw userError(`${file}: not a Postman collection`, hint)
}
