/**
 * A curl command's flags → method, headers, body and connection settings.
 */
import type { RecordedBody } from '../body.js'
import type { Command } from '../command.js'
import { type HeaderList, headerOf } from '../headers.js'
import type { ImportContext } from '../import-context.js'
import { ACTIONS, type CurlState, OUTPUT, REDIRECTS } from './actions.js'
import type { ConnectTo } from './connect-to.js'
import type { Flag } from './flags.js'

/** An interpreted command line. */
export interface CurlOptions {
  readonly method: string
  readonly headers: HeaderList
  readonly body: RecordedBody | null
  /** Appended to the URL, encoded; '' for nothing. */
  readonly query: string
  /** `user:password`. */
  readonly login: string | null
  /** Keys of `http`. */
  readonly http: Readonly<Record<string, unknown>>
  readonly connectTo: readonly ConnectTo[]
}

/** Interprets the flags. Notes those that can't be imported. */
export function readOptions(
  flags: readonly Flag[],
  { stdin, contents }: Pick<Command, 'stdin' | 'contents'>,
  context: ImportContext,
): CurlOptions {
  const state: CurlState = {
    method: null,
    headers: [],
    data: [],
    query: [],
    parts: [],
    connectTo: [],
    tls: {},
    http: {},
    stdin,
    contents,
    dataFile: null,
    upload: null,
    login: null,
    isQuery: false,
    isHead: false,
    isJson: false,
    isCompressed: false,
    hasData: false,
    isTypeless: false,
    redirects: null,
    redirectsMax: REDIRECTS,
    ...context,
  }
  for (const flag of flags) {
    const action = flag.isOff || !Object.hasOwn(ACTIONS, flag.name) ? undefined : ACTIONS[flag.name]
    if (action !== undefined) action(state, flag.value)
    else if (!OUTPUT.has(flag.name)) noteFlag(flag, context)
  }
  return finish(state)
}

function noteFlag({ name, value, isOff }: Flag, { notes }: ImportContext): void {
  // Some values are secrets.
  const isSecret = value === '' || /user|pass|key|header|variable/.test(name)
  const shown = isSecret ? '' : ` ${value.replace(/\/\/[^@/]*@/, '//')}`
  notes.add('left out flags that perfctl does not support', `--${isOff ? 'no-' : ''}${name}${shown}`)
}

function finish(state: CurlState): CurlOptions {
  const { headers, http, tls } = state
  const body = state.isQuery ? null : makeBody(state)
  if (Object.keys(tls).length > 0) http['tls'] = tls
  if (state.redirects !== null) http['redirects'] = Math.min(state.redirects, state.redirectsMax)
  const isData = body !== null && body.kind !== 'parts' && state.upload === null
  if (isData && !state.isTypeless && headerOf(headers, 'content-type') === null) {
    headers.push(['content-type', state.isJson ? JSON_TYPE : FORM_TYPE])
  }
  if (state.isCompressed && headerOf(headers, 'accept-encoding') === null)
    headers.push(['accept-encoding', 'gzip, deflate, br'])
  if (state.isJson && headerOf(headers, 'accept') === null) headers.push(['accept', JSON_TYPE])
  const isEmpty = state.isQuery || (body === null && !state.hasData)
  const usual = state.isHead ? 'HEAD' : isEmpty ? 'GET' : state.upload === null ? 'POST' : 'PUT'
  return {
    method: state.method ?? usual,
    headers,
    body,
    query: [...state.query, ...(state.isQuery ? state.data : [])].join('&'),
    login: state.login,
    http,
    connectTo: state.connectTo,
  }
}

function makeBody({ parts, upload, dataFile, data, isJson, notes }: CurlState): RecordedBody | null {
  if (parts.length > 0) return { kind: 'parts', parts }
  if (upload !== null) return upload
  if (dataFile !== null && data.length === 0) return { kind: 'file', path: dataFile }
  if (dataFile !== null) notes.add('left out files combined with other data', dataFile)
  return data.length > 0 ? { kind: 'text', text: data.join(isJson ? '' : '&') } : null
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
