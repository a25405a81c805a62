/**
 * A browser or proxy recording → a journey with the recorded pauses, or a weighted mix of its requests.
 */
import type { Ms } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { formatDuration } from '../../base/units.js'
import { targetOf } from '../address.js'
import { Credentials } from '../credentials.js'
import type { Draft } from '../draft.js'
import { draftEntry, type Entry, extractShared, type Recorded } from '../entry.js'
import type { ImportContext } from '../import-context.js'
import type { ImportOptions } from '../importer.js'
import { Names } from '../names.js'
import { Notes } from '../notes.js'
import { renderPlaceholders } from '../placeholders.js'
import { requestName } from '../request-name.js'
import { UploadFiles } from '../upload-files.js'
import { linkExchanges } from './captures.js'
import { CookieTrail } from './cookies.js'
import { type HarEntry, isStream, readHar } from './file.js'
import { type Body, mixOf } from './mix.js'
import { type Selected, selectEntries } from './selection.js'

/** A journey of more steps is unusable as a scenario. */
const STEPS_MAX = 500

/** Shorter gaps are the browser's own work. In longer ones the user was away. */
const PAUSE = { min: 100, max: 60_000 }

/** The scenario of a recording. Throws a UserError if the text is no recording or has no request to send. */
export function importHar(text: string, { file, isMix, withStatic, target, reserved }: ImportOptions): Draft {
  const context: ImportContext = {
    notes: new Notes(),
    credentials: new Credentials(),
    files: new UploadFiles(reserved),
  }
  const { notes } = context
  const entries = readHar(text, file)
  const { selected, origin } = selectEntries(entries, { withStatic, notes })
  if (origin === null) {
    throw userError(`${file}: no requests that perfctl can send`, notes.list().join('; ') || null)
  }
  const trail = new CookieTrail()
  const exchanges = selected.map(({ entry, address }) => ({
    recorded: recordedOf(entry, address, trail),
    responseBody: entry.responseBody,
  }))
  const draft = isMix
    ? mixOf(
        exchanges.map(({ recorded }) => recorded),
        origin,
        context,
      )
    : journeyOf(exchanges, { selected, entries, origin }, context)
  const http = { ...draft.http, ...trail.http(draft.http.headers ?? {}, context) }
  context.files.addNotes(notes)
  context.credentials.addNotes(notes)
  return {
    scenario: {
      target: renderPlaceholders(targetOf(target ?? origin)),
      load: draft.load,
      ...(Object.keys(http).length > 0 && { http: renderPlaceholders(http) }),
      ...(draft.data && { data: renderPlaceholders(draft.data) }),
      requests: draft.requests,
      thresholds: ['error_rate < 1%'],
    },
    notes: notes.list(),
    placeholders: context.files.names,
  }
}

function recordedOf(entry: HarEntry, address: Recorded['address'], trail: CookieTrail): Recorded {
  const { method, body, status } = entry
  return { method, address, headers: trail.headersOf(entry), body, status }
}

interface Recording {
  readonly selected: readonly Selected[]
  /** All entries, including those left out: while any of them was in flight, the user wasn't thinking. */
  readonly entries: readonly HarEntry[]
  readonly origin: string
}

function journeyOf(
  exchanges: readonly { readonly recorded: Recorded; readonly responseBody: string | null }[],
  recording: Recording,
  context: ImportContext,
): Body {
  const { notes } = context
  const kept = exchanges.slice(0, STEPS_MAX)
  if (exchanges.length > STEPS_MAX) notes.add(`left out all requests after the first ${STEPS_MAX}`)
  const linked = linkExchanges(kept)
  const names = new Names()
  const entries = linked.map(({ recorded }) => draftEntry(recorded, recording.origin, context))
  const common = extractShared(entries)
  const pauses = pausesBefore(recording, notes)
  let totalMs = 0
  const steps = common.entries.flatMap((entry: Entry, index) => {
    const { recorded, capture } = linked[index]!
    const { origin, host, path } = recorded.address
    const elsewhere = origin === recording.origin ? null : host
    const name = names.take(requestName(recorded.method, path, elsewhere), 'request')
    const captures = Object.entries(capture)
    for (const [variable] of captures) notes.add('values from responses are captured', variable)
    const step = { name, ...renderPlaceholders(entry), ...(captures.length > 0 && { capture }) }
    const pauseMs = index === 0 ? 0 : pauses[index]!
    totalMs += pauseMs + recording.selected[index]!.entry.durationMs
    return pauseMs === 0 ? [step] : [{ pause: formatDuration(pauseMs) }, step]
  })
  // Long enough for each virtual user to run the journey a few times.
  const durationMs = Math.min(600_000, Math.max(30_000, Math.ceil((totalMs * 3) / 30_000) * 30_000))
  return {
    load: { vus: 5, duration: formatDuration(durationMs) },
    http: common.http,
    requests: [{ name: 'journey', steps }],
  }
}

/** The idle time before each entry, rounded; 0 if it's too short for a pause. */
function pausesBefore({ selected, entries }: Recording, notes: Notes): Ms[] {
  const position = new Map(entries.map((entry, index) => [entry, index]))
  const idle = idleBefore(entries)
  let last = -1
  let isParallel = false
  const pauses = selected.map(({ entry }, index) => {
    const at = position.get(entry)!
    // Requests left out between two steps were waited for, too, so only idle time counts.
    const gapMs = idle.slice(last + 1, at + 1).reduce((sum, ms) => sum + ms, 0)
    last = at
    const before = selected[index - 1]?.entry
    if (before !== undefined && entry.startMs < before.startMs + before.durationMs) isParallel = true
    return roundPause(gapMs, notes)
  })
  if (isParallel) notes.add('requests that were sent in parallel are sent one after another')
  return pauses
}

/** For each entry, how long nothing was in flight before it. */
function idleBefore(entries: readonly HarEntry[]): Ms[] {
  let busyUntil = Number.POSITIVE_INFINITY
  return entries.map((entry) => {
    const { startMs } = entry
    if (Number.isNaN(startMs)) return 0
    // An open stream keeps nobody waiting, so only its start counts as activity.
    const durationMs = isStream(entry) ? 0 : entry.durationMs
    const idleMs = Math.max(0, startMs - busyUntil)
    const endMs = startMs + durationMs
    busyUntil = Number.isFinite(busyUntil) ? Math.max(busyUntil, endMs) : endMs
    return idleMs
  })
}

function roundPause(ms: Ms, notes: Notes): Ms {
  if (ms < PAUSE.min) return 0
  if (ms > PAUSE.max) notes.add(`pauses were shortened to at most a minute`)
  const step = ms >= 10_000 ? 1000 : 100
  return Math.min(PAUSE.max, Math.round(ms / step) * step)
}
