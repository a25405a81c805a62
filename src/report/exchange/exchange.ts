/**
 * One request with its answer, as `try` shows them: what went over the wire, how long it took, which checks hold.
 */
import { STATUS_CODES } from 'node:http'
import { printable } from '../../base/printable.js'
import { isSecretName, redact } from '../../base/secrets.js'
import { formatLatency, formatSize } from '../../base/units.js'
import { type Answer, BodyError } from '../../load/answer.js'
import type { Captured } from '../../load/capture.js'
import type { Checked } from '../../load/checker.js'
import type { Attempt } from '../../load/single.js'
import type { Outgoing } from '../../plan/request.js'
import { inCharactersOf, type Page } from '../page.js'
import { truncate, wrap } from '../width.js'
import { discreetHeader } from './discreet.js'
import { prettyJson } from './pretty-json.js'

/** A request that was sent, and what came of it. */
export interface Exchange {
  readonly name: string
  readonly outgoing: Outgoing
  /** Of the target. */
  readonly origin: string
  readonly attempt: Attempt
  /** The status first; empty when no answer came. */
  readonly checks: readonly Checked[]
  /** What later steps know of the answer. */
  readonly captured: readonly Captured[]
}

/** How it is shown. */
export interface ExchangeOptions {
  readonly page: Page
  /** Bodies in full; otherwise as much as fits on a screen. */
  readonly full: boolean
  readonly secrets: readonly string[]
}

/** Lines of a body that are shown. */
const LINES_SHOWN = 24

/** The exchange as text, with a newline at its end. */
export function renderExchange(exchange: Exchange, options: ExchangeOptions): string {
  const { page, secrets } = options
  const { style } = page
  const { name, attempt } = exchange
  const safe = (text: string) => printable(redact(text, secrets))
  const head = (mark: string, lines: readonly string[]) =>
    lines.map((line) => `${style.dim(mark)} ${safe(line)}`)
  const body = (text: string) => ['', ...layOut(redact(text, secrets), options)]
  const { outgoing } = exchange
  const lines = [style.bold(safe(name)), ...head('>', requestHead(exchange))]
  if (outgoing.body !== null) lines.push(...body(outgoing.body))
  if (attempt.status > 0) {
    lines.push('', ...head('<', answerHead(attempt)))
    if (attempt.answer !== null && attempt.answer.bodyBytes > 0) lines.push(...body(bodyText(attempt.answer)))
  }
  lines.push('', wrap(describeTimes(attempt), page.width, '  '), ...describeChecks(exchange, page, safe))
  return inCharactersOf(page, `${lines.join('\n')}\n`)
}

/** What undici writes before the body. */
function requestHead({ outgoing, origin }: Exchange): string[] {
  const { method, path, headers, body } = outgoing
  const pairs = Array.from(
    { length: headers.length / 2 },
    (_, i) => [headers[2 * i]!, headers[2 * i + 1]!] as const,
  )
  const own = pairs.find(([name]) => name === 'host')?.[1]
  const hasLength = body !== null || ['POST', 'PUT', 'PATCH'].includes(method)
  return [
    `${method} ${path} HTTP/1.1`,
    `host: ${own ?? new URL(outgoing.origin ?? origin).host}`,
    'connection: keep-alive',
    ...pairs
      .filter(([name]) => name !== 'host')
      .map(([name, value]) => `${name}: ${discreetHeader(name, value)}`),
    ...(hasLength ? [`content-length: ${Buffer.byteLength(body ?? '')}`] : []),
  ]
}

function answerHead({ status, answer }: Attempt): string[] {
  const headers = answer?.headers ?? []
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(),
    ...headers.map(([name, value]) => `${name}: ${discreetHeader(name, value)}`),
  ]
}

function bodyText(answer: Answer): string {
  try {
    const bytes = answer.body()
    const text = answer.text()
    // A zero byte stands in no text; the replacement character stands for bytes that are none.
    const isText = !text.includes('\0') && !text.slice(0, 1000).includes('\ufffd')
    return isText ? text : `(${formatSize(bytes.length)} of ${answer.header('content-type') ?? 'no text'})`
  } catch (error) {
    if (error instanceof BodyError) return `(${error.message})`
    throw error
  }
}

/** A body in lines: JSON indented, other texts as they are; cut to a screenful unless all is wanted. */
function layOut(text: string, { full, page }: ExchangeOptions): string[] {
  const lines = (prettyJson(text) ?? text.trimEnd()).split(/\r?\n/).map((line) => printable(line))
  if (full) return lines
  const shown = lines.slice(0, LINES_SHOWN).map((line) => truncate(line, page.width))
  const rest = lines.length - shown.length
  const isCut = rest > 0 || shown.some((line, i) => line !== lines[i])
  const more = rest > 0 ? `… ${rest} more ${rest === 1 ? 'line' : 'lines'}` : '… some lines are cut'
  return isCut ? [...shown, page.style.dim(`${more}; --full shows all`)] : shown
}

/** `12.3ms: connected in 1.2ms, first byte after 10.4ms; 123B sent, 4.56kB received`. */
function describeTimes({ latencyMs, connect, firstByteMs, bytesSent, bytesReceived }: Attempt): string {
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
        ? `${style.green('✓')} ${safe(name)} = ${safe(isSecretName(name) ? '***' : valueText(value))}`
        : style.red(`✗ capture ${safe(fault)}`),
    ),
  ]
}

/** A captured value on one line. */
function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return truncate(text.replace(/\s+/g, ' '), 60)
}
