/**
 * Waits for the moment at which a load is to start, so that several machines start together.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now, wallTime } from '../base/clock.js'
import { formatDuration } from '../base/units.js'
import { HEAD_START_MS } from '../load/fleet/threads.js'

/** The wall clock may be set while the load waits, so it's read this often. */
const LOOK_MS: Ms = 1000

/** A start that is late by more is mentioned. */
const LATE_MS: Ms = 100

/** What ends the wait early, and who hears of a late start. */
export interface Wait {
  readonly stop?: AbortSignal | undefined
  readonly onNotice?: ((text: string) => void) | undefined
}

/**
 * Resolves shortly before `startAtMs` (ms since 1970), with that moment on the clock of `now`; at once, with the next possible
 * moment, if it is past or `stop` is aborted.
 */
export async function waitForStart(startAtMs: Ms, { stop, onNotice }: Wait): Promise<Ms> {
  const left = () => startAtMs - wallTime().getTime()
  while (left() > HEAD_START_MS && stop?.aborted !== true) {
    const pauseMs = Math.min(LOOK_MS, left() - HEAD_START_MS)
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => {})
  }
  if (stop?.aborted === true) return now() + HEAD_START_MS
  const lateMs = HEAD_START_MS - left()
  if (lateMs > LATE_MS)
    onNotice?.(
      `the load starts ${formatDuration(Math.round(lateMs))} late: this machine was not ready before`,
    )
  return now() + Math.max(HEAD_START_MS, left())
}
