/**
 * One request and its response, as `try` shows them: the exchange, its timing, and the checks.
 */
import { STATUS_CODES } from 'node:http'
import { printable } from '../../base/printable.js'
import { isSecretName, redact } from '../../base/secrets.js'
import { formatLatency, formatSize } from '../../base/units.js'
import type { Hop } from '../../load/http/layers/trace.js'
import type { Attempt } from '../../load/once/single-user.js'
import type { Captured } from '../../load/response/capture.js'
import type { Checked } from '../../load/response/checks.js'
import { BodyError, type ReceivedResponse } from '../../load/response/response.js'
import type { Body } from '../../plan/request.js'
import { jsonOf } from '../../plan/values.js'
import { inCharactersOf, type Page } from '../page.js'
import { truncate, wrap } from '../width.js'
import { redactHeader } from './discreet.js'
import { type Hidden, hideInBody, hideInQuery } from './hidden-fields.js'
import { prettyJson } from './pretty-json.js'

/** A request that was sent, and its outcome. */
export interface Exchange {
  readonly name: string
  /** The target's origin. */
  readonly origin: string
  readonly attempt: Attempt
  /** HTTP/2 has no connection headers. */
  readonly isHttp2: boolean
  readonly isKept: boolean
  /** The status comes first. Empty without a response. */
  readonly checks: readonly Checked[]
  /** Values that later steps can use. */
  readonly captured: readonly Captured[]
}

/** Display options. */
export interface ExchangeOptions {
  readonly page: Page
  /** Show bodies in full, not only as much as fits on a screen. */
  readonly full: boolean
  /** Redacted everywhere. */
  readonly secrets: readonly string[]
  /** Redacted only as the complete value of a field, because they are too short or too common to redact everywhere. */
  readonly known: ReadonlySet<string>
}

/** Lines shown of a body. */
const LINES_SHOWN = 24

/** Renders the exchange, ending with a newline. */
export function renderExchange(exchange: Exchange, options: ExchangeOptions): string {
  const { page, secrets } = options
  const { style } = page
  const { name, attempt } = exchange
  const safe = (text: string) => printable(redact(text, secrets))
  const hops = attempt.hops.flatMap((hop, i) => [
    ...(i === 0 ? [] : ['', style.yellow(safe(describeFollowUp(attempt.hops[i - 1]!)))]),
    ...renderHop(hop, exchange, options),
    '',
    wrap(describeTimes(hop), page.width, '  '),
  ])
  const all =
    attempt.hops.length > 1
      ? [`${formatLatency(attempt.latencyMs)} in total, ${attempt.hops.length} exchanges`]
      : []
  const lines = [style.bold(safe(name)), ...hops, ...all, ...describeChecks(exchange, page, safe)]
  return inCharactersOf(page, `${lines.join('\n')}\n`)
}

/** Says why another exchange follows. */
function describeFollowUp({ failure, status, answer }: Hop): string {
  if (failure !== null) return `retried after ${failure.kind}: ${failure.message}`
  const isRedirect = status < 400 && answer?.header('location') != null
  return isRedirect ? `redirected by status ${status}` : `retried after status ${status}`
}

function renderHop(hop: Hop, exchange: Exchange, options: ExchangeOptions): string[] {
  const { page, secrets, known } = options
  const head = (mark: string, lines: readonly string[]) =>
    lines.map((line) => `${page.style.dim(mark)} ${printable(redact(line, secrets))}`)
  const { sentBody, path, answerBody } = hideInHop(hop, known)
  const body = ({ text }: Hidden) => ['', ...layOut(redact(text, secrets), options)]
  const lines = head('>', requestHead(hop, path.text, exchange))
  if (sentBody !== null) lines.push(...body(sentBody))
  if (hop.status > 0) {
    lines.push('', ...head('<', answerHead(hop, exchange)))
    if (answerBody !== null) lines.push(...body(answerBody))
  }
  return lines
}

/** Returns the secrets found in fields of requests and responses, so that they can be redacted everywhere. */
export function secretsInFields(hops: readonly Hop[], known: ReadonlySet<string>): string[] {
  return hops.flatMap((hop) => {
    const { sentBody, path, answerBody } = hideInHop(hop, known)
    return [sentBody, path, answerBody].flatMap((part) => part?.secrets ?? [])
  })
}

function hideInHop({ sent, answer }: Hop, known: ReadonlySet<string>) {
  const at = sent.headers.findIndex((name, i) => i % 2 === 0 && name === 'content-type')
  const contentType = at === -1 ? '' : sent.headers[at + 1]!
  const answerType = answer?.header('content-type') ?? ''
  const hasBody = answer !== null && answer.bodyBytes > 0
  return {
    path: hideInQuery(sent.path, known),
    sentBody: sent.body === null ? null : hideInBody(textOf(sent.body), { known, isSent: true, contentType }),
    answerBody: hasBody
      ? hideInBody(bodyText(answer), { known, isSent: false, contentType: answerType })
      : null,
  }
}

/** Returns the head of the request as undici writes it. */
function requestHead({ sent }: Hop, path: string, { origin, isHttp2, isKept }: Exchange): string[] {
  const { method, headers, body } = sent
  const pairs = Array.from(
    { length: headers.length / 2 },
    (_, i) => [headers[2 * i]!, headers[2 * i + 1]!] as const,
  )
  const own = pairs.find(([name]) => name === 'host')?.[1]
  const hasLength = body !== null || ['POST', 'PUT', 'PATCH'].includes(method)
  return [
    `${method} ${path} ${isHttp2 ? 'HTTP/2' : 'HTTP/1.1'}`,
    `${isHttp2 ? ':authority' : 'host'}: ${own ?? new URL(sent.origin ?? origin).host}`,
    ...(isHttp2 ? [] : [`connection: ${isKept ? 'keep-alive' : 'close'}`]),
    ...pairs
      .filter(([name]) => name !== 'host')
      .map(([name, value]) => `${name}: ${redactHeader(name, value)}`),
    ...(hasLength ? [`content-length: ${lengthOf(body)}`] : []),
  ]
}

function lengthOf(body: Body | null): number {
  return typeof body === 'string' || body === null ? Buffer.byteLength(body ?? '') : body.sizeBytes
}

/** Returns a request body as text, with files abbreviated. */
function textOf(body: Body): string {
  if (typeof body === 'string') return body
  return body.stretches
    .map(({ bytes, file }) =>
      file === null
        ? bytes.toString()
        : `(${file.name.replace(/[\r\n]+/g, ' ')}: ${formatSize(bytes.length)} of ${file.contentType})`,
    )
    .join('')
}

function answerHead({ status, answer }: Hop, { isHttp2 }: Exchange): string[] {
  const headers = answer?.headers ?? []
  return [
    isHttp2 ? `HTTP/2 ${status}` : `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(),
    ...headers.map(([name, value]) => `${name}: ${redactHeader(name, value)}`),
  ]
}

function bodyText(answer: ReceivedResponse): string {
  try {
    const bytes = answer.body()
    const text = answer.text()
    // Text has no zero bytes. A replacement character stands for bytes that aren't text.
    const isText = !text.includes('\0') && !text.slice(0, 1000).includes('\ufffd')
    return isText
      ? text
      : `(${formatSize(bytes.length)} of ${answer.header('content-type') ?? 'binary data'})`
  } catch (error) {
    if (error instanceof BodyError) return `(${error.message})`
    throw error
  }
}

/** Lays out a body: JSON indented, other text unchanged. Cut to a screenful unless `full`. */
function layOut(text: string, { full, page }: ExchangeOptions): string[] {
  const lines = (prettyJson(text) ?? text.trimEnd()).split(/\r?\n/).map((line) => printable(line))
  if (full) return lines
  const shown = lines.slice(0, LINES_SHOWN).map((line) => truncate(line, page.width))
  const rest = lines.length - shown.length
  const isCut = rest > 0 || shown.some((line, i) => line !== lines[i])
  const more = rest > 0 ? `… ${rest} more ${rest === 1 ? 'line' : 'lines'}` : '… some lines are truncated'
  return isCut ? [...shown, page.style.dim(`${more}; --full shows everything`)] : shown
}

/** Formats `12.3ms: connection TCP 1.20ms, first byte 10.4ms after sending; 123B sent, 4.56kB received`. */
function describeTimes({ latencyMs, connect, firstByteMs, bytesSent, bytesReceived }: Hop): string {
  const parts: string[] = []
  if (connect !== null) {
    const { dnsMs, tcpMs, tlsMs } = connect
    const steps = [
      dnsMs === null ? null : `DNS ${formatLatency(dnsMs)}`,
      `TCP ${formatLatency(tcpMs)}`,
      tlsMs === null ? null : `TLS ${formatLatency(tlsMs)}`,
    ].filter((step) => step !== null)
    parts.push(`connection ${steps.join(' + ')}`)
  }
  if (firstByteMs !== null) parts.push(`first byte ${formatLatency(firstByteMs)} after sending`)
  const times = parts.length === 0 ? '' : `: ${parts.join(', ')}`
  return `${formatLatency(latencyMs)}${times}; ${formatSize(bytesSent)} sent, ${formatSize(bytesReceived)} received`
}

function describeChecks(
  { attempt, checks, captured }: Exchange,
  { style }: Page,
  safe: (text: string) => string,
): string[] {
  const { failure } = attempt
  if (failure !== null) return [style.red(`✗ ${failure.kind}: ${safe(failure.message)}`)]
  return [
    ...checks.map(({ label, fault }) =>
      fault === null ? `${style.green('✓')} ${safe(label)}` : style.red(`✗ ${safe(label)}: ${safe(fault)}`),
    ),
    ...captured.map(({ name, value, fault }) =>
      fault === null
        ? `${style.green('✓')} ${safe(name)} = ${safe(isSecretName(name) ? '[redacted]' : valueText(value))}`
        : style.red(`✗ capture ${safe(fault)}`),
    ),
  ]
}

/** Formats a captured value on one line. */
function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'nothing' : jsonOf(value)
  return truncate(text.replace(/\s+/g, ' '), 60)
}
