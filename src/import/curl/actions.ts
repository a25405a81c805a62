/**
 * The effect of each curl flag.
 */
import { encodeSafely } from '../address.js'
import type { RecordedBody } from '../body.js'
import { type Stream, streamAt } from '../command.js'
import type { ImportContext } from '../import-context.js'
import type { Part } from '../multipart.js'
import { mapLiterals } from '../placeholders.js'
import { baseName } from '../upload-files.js'
import type { ConnectTo } from './connect-to.js'

/** The state of a command line while it's parsed. */
export interface CurlState extends ImportContext {
  method: string | null
  readonly headers: [string, string][]
  /** Parts of the body or query. */
  readonly data: string[]
  readonly query: string[]
  readonly parts: Part[]
  readonly connectTo: ConnectTo[]
  readonly tls: Record<string, unknown>
  readonly http: Record<string, unknown>
  /** The command's standard input, and the content of substitutions in its words. */
  readonly stdin: Stream | null
  readonly contents: ReadonlyMap<string, Stream>
  dataFile: string | null
  upload: RecordedBody | null
  login: string | null
  /** Send the data in the query. */
  isQuery: boolean
  isHead: boolean
  isJson: boolean
  isCompressed: boolean
  /** There is a body, even if it can't be imported. */
  hasData: boolean
  /** The user removed curl's default content type. */
  isTypeless: boolean
  redirects: number | null
  redirectsMax: number
}

/** Redirects to follow if the command gives no number. curl's default is 50. */
export const REDIRECTS = 10

/** Flags for output and display. They don't change the request. */
export const OUTPUT: ReadonlySet<string> = new Set(
  (
    'output output-dir remote-name remote-name-all remote-header-name remote-time create-dirs silent show-error ' +
    'verbose include show-headers fail fail-early fail-with-body progress-bar progress-meter write-out dump-header ' +
    'stderr trace trace-ascii trace-time trace-ids styled-output buffer clobber xattr libcurl parallel ' +
    'parallel-immediate parallel-max globoff disable junk-session-cookies http1.1 tcp-nodelay keepalive alpn basic ' +
    'form-escape sessionid out-null compressed-ssh'
  ).split(' '),
)

type Action = (state: CurlState, value: string) => void

/** By long flag name. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  request: (state, value) => {
    state.method = value
  },
  head: (state) => {
    state.isHead = true
  },
  get: (state) => {
    state.isQuery = true
  },
  header: addHeader,
  cookie: setCookie,
  'user-agent': (state, value) => state.headers.push(['user-agent', value]),
  referer: (state, value) => state.headers.push(['referer', value.replace(/;auto$/, '')]),
  range: (state, value) => state.headers.push(['range', `bytes=${value}`]),
  'oauth2-bearer': (state, value) => state.headers.push(['authorization', `Bearer ${value}`]),
  compressed: (state) => {
    state.isCompressed = true
  },
  user: (state, value) => {
    state.login = value.includes(':') ? value : `${value}:${state.credentials.refer('PASSWORD')}`
  },
  data: (state, value) => addData(state, value, stripped),
  'data-ascii': (state, value) => addData(state, value, stripped),
  'data-binary': addData,
  'data-raw': (state, value) => {
    const source = state.contents.get(value)
    if (source?.kind === 'file') addFile(state, source.path)
    else state.data.push(value)
  },
  'data-urlencode': addEncoded,
  json: (state, value) => {
    state.isJson = true
    addData(state, value)
  },
  'url-query': addQuery,
  form: addPart,
  'form-string': (state, value) => {
    const [name, text] = splitAt(value, '=')
    state.parts.push({ name, text, file: null })
  },
  'upload-file': (state, value) => {
    const source = streamAt(value, state.stdin, state.contents)
    state.upload =
      source.kind === 'text' ? { kind: 'text', text: source.text } : { kind: 'file', path: pathOf(source) }
  },
  location: (state) => {
    state.redirects = REDIRECTS
  },
  'location-trusted': (state) => {
    state.redirects = REDIRECTS
  },
  'max-redirs': (state, value) => {
    state.redirectsMax = Math.max(0, Number(value)) || REDIRECTS
  },
  insecure: ({ tls }) => set(tls, 'insecure', true),
  cacert: (state, value) => leaveOutFile(state, 'ca', value),
  cert: (state, value) => {
    // A Windows drive letter is followed by a colon, too.
    const [, path = value] = /^((?:[A-Za-z]:(?=[\\/]))?[^:]+):.*$/s.exec(value) ?? []
    leaveOutFile(state, 'cert', path)
  },
  key: (state, value) => leaveOutFile(state, 'key', value),
  'unix-socket': ({ http }, value) => set(http, 'socketPath', value),
  'cookie-jar': ({ http }) => set(http, 'cookies', true),
  http2: ({ http }) => set(http, 'http2', true),
  'http2-prior-knowledge': ({ http }) => set(http, 'http2', true),
  'max-time': (state, value) => setTime(state, 'timeout', value),
  'connect-timeout': (state, value) => setTime(state, 'connectTimeout', value),
  resolve: addResolve,
  'connect-to': addConnectTo,
}

/** A certificate can't be made up, and without its file the scenario would be invalid. */
function leaveOutFile({ notes }: CurlState, key: string, path: string): void {
  notes.add(
    'left out certificates and keys: put them next to the scenario and name them under http, such as tls: { ca: ca.pem }',
    `${key}: ${baseName(path)}`,
  )
}

/** `-H 'Accept:'` removes a header; `-H 'X-Custom;'` sends an empty one. */
function addHeader(state: CurlState, value: string): void {
  if (value.startsWith('@')) {
    state.notes.add('left out headers from a file', value.slice(1))
    return
  }
  const [, name = value, sign, rest = ''] = /^([^:;]+)([:;])(.*)$/s.exec(value) ?? []
  if (sign !== ':' || rest.trim() !== '') state.headers.push([name.trim(), rest.trim()])
  else if (name.trim().toLowerCase() === 'content-type') state.isTypeless = true
}

function setCookie({ headers, http, notes }: CurlState, value: string): void {
  if (value.includes('=')) {
    headers.push(['cookie', value])
    return
  }
  http['cookies'] = true
  if (value !== '') notes.add('left out cookies from a file', value)
}

/** `clean` is applied to text that curl reads from a file or stream. */
function addData(state: CurlState, value: string, clean = (text: string) => text): void {
  state.hasData = true
  const { stdin, contents, data } = state
  // `-d "$(cat file)"` is the same as `-d @file`.
  const source = value.startsWith('@') ? streamAt(value.slice(1), stdin, contents) : contents.get(value)
  if (source === undefined) data.push(value)
  else if (source.kind === 'text') data.push(clean(source.text))
  else addFile(state, pathOf(source))
}

function addFile(state: CurlState, path: string): void {
  state.hasData = true
  if (state.isQuery || state.dataFile !== null)
    state.notes.add('left out files combined with other data', baseName(path))
  else state.dataFile = path
}

/** Removes line breaks, as curl does with what `-d` reads. */
function stripped(text: string): string {
  return text.replace(/[\r\n\0]+/g, '')
}

/** Unknown content becomes a file. */
function pathOf(source: Exclude<Stream, { readonly kind: 'text' }>): string {
  return source.kind === 'file' ? source.path : '-'
}

/** `content`, `=content`, `name=content`, `@file`, `name@file`. */
function addEncoded(state: CurlState, value: string): void {
  const { data, notes, stdin, contents } = state
  state.hasData = true
  const [, name = '', sign, rest = value] = /^([^=@]*)([=@])(.*)$/s.exec(value) ?? []
  const source = sign === '@' ? streamAt(rest, stdin, contents) : null
  const text = source === null ? rest : source.kind === 'text' ? source.text : null
  if (text === null) notes.add('left out files to be URL-encoded', baseName(rest))
  else data.push((name === '' ? '' : `${name}=`) + mapLiterals(text, encodeSafely))
}

function addQuery(state: CurlState, value: string): void {
  if (value.startsWith('+')) state.query.push(value.slice(1))
  // Use a copy of the state, because query data makes no body.
  else addEncoded({ ...state, data: state.query }, value)
}

/** `name=text;type=...`, `name=@file;type=...;filename=...`, `name=<file`. */
function addPart({ parts, notes, stdin, contents }: CurlState, value: string): void {
  const [name, whole] = splitAt(value, '=')
  const { content, type, fileName, others } = splitAttributes(whole)
  const [, sign, file = ''] = /^([@<])"?([^";]*)/.exec(content) ?? []
  const source = sign === undefined ? null : streamAt(file, stdin, contents)
  if (source === null) parts.push({ name, text: unquoted(content), file: null, type })
  else if (sign === '<' && source.kind === 'text') parts.push({ name, text: source.text, file: null, type })
  else if (sign === '<') notes.add('left out form fields whose value is in a file', name)
  else parts.push({ name, text: '', file: source.kind === 'file' ? source.path : file, type, fileName })
  if (others.length > 0)
    notes.add('left out form field options that perfctl does not support', others.join(', '))
}

/** A quoted text may contain semicolons. */
function unquoted(text: string): string {
  return /^"(?:[^"\\]|\\.)*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text
}

/** The attributes after a field's content: `;type=text/plain;charset=utf-8`, `;filename="a b.png"`. */
function splitAttributes(text: string) {
  const last =
    /;\s*(type|filename|encoder|headers)=("(?:[^"\\]|\\.)*"|[^;]*(?:;\s*(?:charset|boundary|profile)=[^;]*)*)$/
  const known: Record<string, string> = {}
  const others: string[] = []
  let content = text
  for (let found = last.exec(content); found !== null; found = last.exec(content)) {
    const [attribute, name, value] = found as unknown as [string, string, string]
    if (name === 'type' || name === 'filename') {
      known[name] = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value.trim()
    } else others.unshift(name)
    content = content.slice(0, -attribute.length)
  }
  return { content, type: known['type'] ?? null, fileName: known['filename'] ?? null, others }
}

/** `host:port:address`. Uses the first of several addresses. */
function addResolve({ connectTo, notes }: CurlState, value: string): void {
  const [, host, port, address] = /^\+?([^:]+):(\d+):(\[[^\]]+\]|[^,]+)/.exec(value) ?? []
  if (address === undefined) notes.add('left out flags that perfctl does not support', `--resolve ${value}`)
  else connectTo.push({ from: `${host}:${port}`, to: `${address}:${port}` })
}

/** `host:port:other:port`. */
function addConnectTo({ connectTo, notes }: CurlState, value: string): void {
  const shape = /^(\[[^\]]+\]|[^:]*):(\d*):(\[[^\]]+\]|[^:]*):(\d*)$/
  const [, host, port, other, otherPort] = shape.exec(value) ?? []
  if (host === undefined) notes.add('left out flags that perfctl does not support', `--connect-to ${value}`)
  else connectTo.push({ from: host === '' ? '' : `${host}:${port}`, to: `${other}:${otherPort}` })
}

function setTime({ http }: CurlState, key: 'timeout' | 'connectTimeout', value: string): void {
  const seconds = Number(value)
  if (seconds > 0) http[key] = seconds >= 1 ? `${seconds}s` : `${Math.ceil(seconds * 1000)}ms`
}

function set(map: Record<string, unknown>, key: string, value: unknown): void {
  map[key] = value
}

function splitAt(text: string, sign: string): [before: string, after: string] {
  const at = text.indexOf(sign)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
