/**
 * `--result-to`: sends a saved result to a place that all machines can reach, by HTTP PUT. Object stores (with signed URLs),
 * WebDAV servers and artifact repositories take that.
 */
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ms } from '../base/clock.js'
import { sendOnce } from '../base/http-send.js'
import type { Io } from '../base/io.js'
import { readReceiverHeaders } from '../base/receiver-headers.js'
import { jsonPieces } from '../report/formats/json.js'
import type { Result } from '../stats/result.js'

/** The variable with headers for the receiver: `name=value,name=value`. */
const RESULT_HEADERS = 'PERFCTL_RESULT_HEADERS'

/** Pauses before further attempts: a receiver that restarts is back by the last one. */
const PAUSES_MS: readonly Ms[] = [500, 1000, 2000, 4000, 8000]

/** A long run's result has some MB. */
const ATTEMPT_MS: Ms = 60_000

/** Throws a UserError if the credentials for `url` can't be read: better before the load than after it. */
export function checkUpload(url: URL, io: Io): void {
  readReceiverHeaders(url, [RESULT_HEADERS], io.env)
}

/** What to send, and where to. */
export interface Upload {
  readonly result: Result
  /** The saved result's path. Its name is appended to a URL that ends with a slash. */
  readonly file: string
  readonly url: URL
  /** Ends the attempts. */
  readonly signal: AbortSignal
  readonly isQuiet: boolean
  readonly pausesMs?: readonly Ms[]
}

/** Sends a result, with several attempts. Returns false if it didn't arrive, which is reported on stderr. */
export async function upload(
  { result, file, url, signal, isQuiet, pausesMs = PAUSES_MS }: Upload,
  io: Io,
): Promise<boolean> {
  const place = placeOf(url, file)
  // Without the query, which is the signature of signed URLs.
  const shown = `${place.origin}${place.pathname}`
  const body = Buffer.from([...jsonPieces(result)].join(''))
  const credentials = readReceiverHeaders(place, [RESULT_HEADERS], io.env)
  const headers = { 'content-type': 'application/json', ...headersFor(place) }
  let reason = 'interrupted'
  for (const pauseMs of [0, ...pausesMs]) {
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const sent = await sendOnce({
      method: 'PUT',
      url: place,
      headers,
      credentials,
      body,
      attemptMs: ATTEMPT_MS,
      signal,
    })
    if (sent.outcome === 'sent') {
      if (!isQuiet) io.stderr.write(`result sent: ${shown}\n`)
      return true
    }
    reason = signal.aborted ? 'interrupted' : sent.reason
    if (sent.outcome === 'refused') break
  }
  io.stderr.write(`the result could not be sent to ${shown}: ${reason}; send the saved file instead\n`)
  return false
}

function placeOf(url: URL, file: string): URL {
  const place = new URL(url)
  if (place.pathname.endsWith('/')) place.pathname += encodeURIComponent(basename(file))
  return place
}

/** Azure's storage doesn't guess what kind of blob is meant. */
function headersFor({ hostname }: URL): Readonly<Record<string, string>> {
  return hostname.endsWith('.blob.core.windows.net') ? { 'x-ms-blob-type': 'BlockBlob' } : {}
}
