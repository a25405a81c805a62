/**
 * Readers of flag values. Each reports an invalid value, then returns undefined or leaves it out.
 */

import type { Ms } from '../base/clock.js'
import { formatDuration, parseDuration, parseRate } from '../base/units.js'
import { parseAddress } from '../scenario/blocks/address.js'
import type { AddressChange } from '../scenario/model/http-types.js'
import type { Stage } from '../scenario/model/load-types.js'
import { hasLogin, LOGIN_HINT, NO_LOGIN } from '../scenario/model/target-login.js'

/** Reports a problem. */
export type Wrong = (message: string, hint: string) => void

/** How far ahead a start may be. */
const START_MS_MAX: Ms = 24 * 3_600_000

/** Reads a moment with its time zone, or seconds or milliseconds since 1970; in ms since 1970. It lies within a day from `wallMs`. */
export function readStartAt(text: string | undefined, wallMs: Ms, wrong: Wrong): Ms | undefined {
  if (text === undefined) return undefined
  const startMs = /^\d{10}$/.test(text)
    ? Number(text) * 1000
    : /^\d{13}$/.test(text)
      ? Number(text)
      : MOMENT.test(text)
        ? Date.parse(text)
        : Number.NaN
  if (Number.isNaN(startMs)) {
    wrong(
      `--start-at ${text}: not a time with its time zone`,
      'write a time such as 2026-03-01T12:00:00Z, or seconds since 1970, as date +%s prints them',
    )
    return undefined
  }
  const aheadMs = startMs - wallMs
  if (aheadMs > 0 && aheadMs <= START_MS_MAX) return startMs
  wrong(
    aheadMs > 0
      ? `--start-at ${text}: more than a day from now`
      : `--start-at ${text}: was ${formatDuration(Math.max(1000, Math.round(-aheadMs / 1000) * 1000))} ago`,
    'choose a time within the next day that leaves every machine time to start, such as a minute from now',
  )
  return undefined
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/

/** Reads an http(s) URL to send a result to. */
export function readResultTo(text: string | undefined, wrong: Wrong): URL | undefined {
  if (text === undefined) return undefined
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : null
  if (url !== null && url.hash === '') return url
  // The text is not shown: it may have a password or a signature.
  wrong('--result-to: not an http or https URL', 'write a URL such as https://files.example/perfctl/')
  return undefined
}

/** Reads `demo` or an http(s) URL, which loses its trailing slash. */
export function readTarget(text: string | undefined, wrong: Wrong): string | undefined {
  if (text === undefined || text === 'demo') return text
  if (hasLogin(text)) {
    wrong(`--target: ${NO_LOGIN}`, LOGIN_HINT)
    return undefined
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') {
    return text.replace(/\/+$/, '')
  }
  wrong(
    `--target ${text}: not an http or https URL`,
    /^https?:\/\//i.test(text)
      ? 'write a URL such as --target http://localhost:3000, or demo'
      : `write --target http://${text.replace(/^\w+:\/+/, '')}, or demo`,
  )
  return undefined
}

/** Reads `100/s`, or a bare number per second. */
export function readRate(text: string | undefined, wrong: Wrong, flag = '-r'): number | undefined {
  if (text === undefined) return undefined
  const rate = parseRate(/^\d+(\.\d+)?$/.test(text) ? `${text}/s` : text)
  if (rate !== null && rate > 0) return rate
  wrong(`${flag} ${text}: not a rate`, `write a rate such as ${flag} 100/s or ${flag} 6000/m`)
  return undefined
}

/** Reads stages such as `30s:20`; undefined if there are none. */
export function readStages(texts: readonly string[], wrong: Wrong): Stage[] | undefined {
  const stages = texts.map((text) => {
    const match = /^(.+):(\d+)$/.exec(text)
    const durationMs = match === null ? null : parseDuration(match[1]!)
    if (match !== null && durationMs !== null) return { durationMs, target: Number(match[2]) }
    wrong(`-s ${text}: not a stage`, 'write duration:users, such as -s 30s:20')
    return null
  })
  const read = stages.filter((stage) => stage !== null)
  if (texts.length > 0 && read.length === texts.length) {
    if (read.every(({ target }) => target === 0))
      wrong('-s: no stage has any users', 'write a stage such as -s 30s:20')
    if (read.every(({ durationMs }) => durationMs === 0))
      wrong(`-s: the stages last ${formatDuration(0)}`, 'write a stage such as -s 30s:20')
  }
  return texts.length === 0 ? undefined : read
}

/** Reads curl's format: `example.com:443:127.0.0.1:8443`, where parts may be empty. */
export function readConnectTo(texts: readonly string[], wrong: Wrong): AddressChange[] {
  return texts.flatMap((text) => {
    const parts = /^(\[[^\]]*\]|[^:[\]]*):(\d*):(\[[^\]]*\]|[^:[\]]*):(\d*)$/.exec(text)
    const read = (host: string, port: string) =>
      host === '' && port === '' ? ANYWHERE : parseAddress(port === '' ? host : `${host}:${port}`)
    const from = parts && read(parts[1]!, parts[2]!)
    const to = parts && read(parts[3]!, parts[4]!)
    if (from && to) return [{ ...from, toHost: to.host, toPort: to.port }]
    wrong(
      `--connect-to ${text}: not of the form host:port:host:port`,
      'write, for example, example.com:443:127.0.0.1:8443; parts may be empty',
    )
    return []
  })
}

const ANYWHERE = { host: null, port: null }

/** Reads `KEY=VALUE` or `name: value`. `form` has two groups: the name and the value. */
export function readPairs(
  flag: string,
  texts: readonly string[],
  form: RegExp,
  hint: string,
  wrong: Wrong,
): Record<string, string> {
  const pairs = texts.map((text): [string, string] | null => {
    const match = form.exec(text)
    if (match !== null) return [flag === '-H' ? match[1]!.toLowerCase() : match[1]!, match[2]!.trim()]
    // The text is not shown: it may be a secret without its name.
    wrong(flag === '-e' && /^\w+$/.test(text) ? `-e ${text}: no value` : `${flag}: can't be read`, hint)
    return null
  })
  return Object.fromEntries(pairs.filter((pair) => pair !== null))
}
