/**
 * curl command lines, as copied from browsers and manuals → a scenario with one request per URL.
 */
import { userError } from '../../base/errors.js'
import {
  type Address,
  encodeSafely,
  mostFrequentOrigin,
  parseAddress,
  shownUrl,
  targetOf,
} from '../address.js'
import { type Command, outputOf } from '../command.js'
import { Credentials } from '../credentials.js'
import type { Draft } from '../draft.js'
import { draftEntry, type Entry, extractShared, isMethod, type Recorded } from '../entry.js'
import type { ImportContext } from '../import-context.js'
import type { ImportOptions } from '../importer.js'
import { Names } from '../names.js'
import { Notes } from '../notes.js'
import { hasPlaceholder, renderPlaceholders } from '../placeholders.js'
import { requestName } from '../request-name.js'
import { UploadFiles } from '../upload-files.js'
import { isCmd, readCmd } from './cmd.js'
import type { ConnectTo } from './connect-to.js'
import { readArguments } from './flags.js'
import { type CurlOptions, readOptions } from './options.js'
import { readShell } from './shell.js'

/** A scenario of more requests is unusable. */
const REQUESTS_MAX = 500

/** The scenario of the commands in a text. Throws a UserError if there are none. */
export function importCurl(text: string, { file, target, reserved }: ImportOptions): Draft {
  const context: ImportContext = {
    notes: new Notes(),
    credentials: new Credentials(),
    files: new UploadFiles(reserved),
  }
  const http: Record<string, unknown> = {}
  const recorded = readCommands(text, context).flatMap((command) => recordCommand(command, http, context))
  if (recorded.length === 0) {
    const isOther = /\bInvoke-(?:WebRequest|RestMethod)\b|^\s*(?:await\s+)?fetch\(/m.test(text)
    throw userError(
      `${file}: no curl command with a URL`,
      isOther
        ? 'in the developer tools, choose "Copy as cURL (bash)"'
        : "write one such as curl 'http://localhost:3000/'",
    )
  }
  if (recorded.length > REQUESTS_MAX)
    context.notes.add(`left out all requests after the first ${REQUESTS_MAX}`)
  return draftRequests(recorded.slice(0, REQUESTS_MAX), { http, instead: target }, context)
}

/** A scenario with a weighted entry for each recorded request. */
function draftRequests(
  recorded: readonly Recorded[],
  { http, instead }: { readonly http: Readonly<Record<string, unknown>>; readonly instead: string | null },
  context: ImportContext,
): Draft {
  const target = mostFrequentOrigin(recorded.map(({ address }) => address))!
  const names = new Names()
  const named = recorded.map((request) => ({
    name: names.take(nameOf(request, target), 'request'),
    entry: draftEntry(request, target, context),
  }))
  const common = extractShared(named.map(({ entry }) => entry))
  const requests = common.entries.map((entry: Entry, index) => ({
    name: named[index]!.name,
    ...renderPlaceholders(entry),
  }))
  const shared = renderPlaceholders({ ...http, ...common.http })
  const where = renderPlaceholders(targetOf(instead ?? target))
  context.files.addNotes(context.notes)
  context.credentials.addNotes(context.notes, [where, shared, requests])
  return {
    scenario: {
      target: where,
      load: { vus: 5, duration: '20s' },
      ...(Object.keys(shared).length > 0 && { http: shared }),
      requests,
      thresholds: ['error_rate < 1%'],
    },
    notes: context.notes.list(),
    placeholders: context.files.names,
  }
}

function nameOf({ method, address: { origin, host, path } }: Recorded, target: string): string {
  return requestName(method, path, origin === target || hasPlaceholder(origin) ? null : host)
}

/** The curl commands in a text, with the words after `curl`. */
function readCommands(text: string, { notes, credentials }: ImportContext): Command[] {
  const commands = isCmd(text)
    ? readCmd(text)
    : // A trailing backtick continues a line in PowerShell.
      readShell(text.replace(/ `\r?\n/g, ' \\\n'), {
        onVariable: (name) => credentials.refer(name),
        onSubstitution: (command, variable) => {
          credentials.refer(variable)
          // Only the command's name, as the rest may contain secrets.
          const [name = ''] = /[\w./-]+/.exec(command) ?? []
          notes.add(`\${${variable}} replaces the output of a command`, `$(${name} …)`)
        },
      })
  return commands.flatMap((command) => {
    const { words, isPiped } = command
    // curl may follow a prompt, `sudo`, `time` or variable assignments.
    const at = words.slice(0, 8).findIndex((word) => /^(.*[/\\])?curl(\.exe)?$/i.test(word))
    if (at !== -1) return [{ ...command, words: words.slice(at + 1) }]
    // Commands piped into curl became its body.
    if (!isPiped || outputOf(command).kind === 'unknown')
      notes.add('left out commands other than curl', words[0]?.replace(/=.*/s, '=…') ?? null)
    return []
  })
}

/** The requests of one command. Collects settings for the whole scenario in `http`. */
function recordCommand(command: Command, http: Record<string, unknown>, context: ImportContext): Recorded[] {
  return readArguments(command.words, context.notes).flatMap(({ flags, urls }) => {
    const named = flags.filter(({ name }) => name === 'url').map(({ value }) => value)
    const options = readOptions(
      flags.filter(({ name }) => name !== 'url'),
      command,
      context,
    )
    const recorded = [...named, ...urls].flatMap((url) => recordUrl(url, options, http, context))
    if (recorded.length > 0) merge(http, options.http)
    return recorded
  })
}

function recordUrl(
  url: string,
  options: CurlOptions,
  http: Record<string, unknown>,
  { notes }: ImportContext,
): Recorded[] {
  const parsed = parseAddress(url)
  if (parsed === null) {
    notes.add('left out URLs that are not http or https', shownUrl(url))
    return []
  }
  if (!isMethod(options.method)) {
    notes.add('left out requests with methods that perfctl does not support', options.method)
    return []
  }
  if (/[[\]{}]/.test(url.replace(/^[^/]*\/\/[^/]*/, ''))) {
    notes.add('curl expands [ ] and { } in a URL; here they are literal', shownUrl(url))
  }
  const override = options.connectTo.find(({ from }) => from === '' || from === withPort(parsed))
  const address = { ...withQuery(parsed, options.query), login: options.login ?? parsed.login }
  const { method, headers, body } = options
  const request = { method, headers, body, status: null }
  if (override === undefined) return [{ ...request, address }]
  if (address.origin.startsWith('https:')) merge(http, { tls: { servername: hostOf(address.host) } })
  return [
    {
      ...request,
      address: redirected(address, override),
      headers: [['host', address.host], ...headers.filter(([name]) => name.toLowerCase() !== 'host')],
    },
  ]
}

/** `host:port`, with the scheme's default port. */
function withPort({ host, origin }: Address): string {
  return /:\d+$/.test(host) ? host : `${host}:${origin.startsWith('https:') ? 443 : 80}`
}

function hostOf(host: string): string {
  return host.replace(/:\d+$/, '')
}

function redirected(address: Address, { to }: ConnectTo): Address {
  const [, toHost = '', toPort = ''] = /^(.*?):?(\d*)$/.exec(to) ?? []
  const [, port = ''] = /:(\d+)$/.exec(withPort(address)) ?? []
  const host = `${toHost || hostOf(address.host)}:${toPort || port}`
  const scheme = address.origin.split('://')[0]!
  const { origin } = URL.canParse(`${scheme}://${host}`) ? new URL(`${scheme}://${host}`) : address
  return { ...address, origin, host: origin.slice(origin.indexOf('://') + 3) }
}

function withQuery(address: Address, query: string): Address {
  if (query === '') return address
  const sign = address.path.includes('?') ? '&' : '?'
  return { ...address, path: address.path + sign + encodeSpaces(query) }
}

function encodeSpaces(query: string): string {
  return query.replace(/[^\x21-\x7e\ue000-\ue002]+|[{}"<>\\^`|#]/g, encodeSafely)
}

/** Merges keys of `http`, one level deep. */
function merge(http: Record<string, unknown>, more: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(more)) {
    const before = http[key]
    const isMap = typeof value === 'object' && typeof before === 'object'
    http[key] = isMap ? { ...before, ...value } : value
  }
}
