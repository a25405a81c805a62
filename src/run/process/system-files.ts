/**
 * What Linux says of its processes, as files: /proc and /sys, or copies of them below another folder.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Files of the system. One that is gone or must not be read is no error: processes come and go. */
export class SystemFiles {
  private readonly root: string

  /** `root` is put before each path. */
  constructor(root = '') {
    this.root = root
  }

  /** Returns the text of a file; null if it can't be read. */
  text(path: string): string | null {
    return orNull(() => readFileSync(this.root + path, 'utf8'))
  }

  /** Returns the names in a folder; none if it can't be read. */
  names(path: string): string[] {
    return orNull(() => readdirSync(this.root + path)) ?? []
  }

  /** Returns how many names are in a folder; null if it can't be read. */
  count(path: string): number | null {
    return orNull(() => readdirSync(this.root + path).length)
  }

  /** Returns what a link points to; null if it can't be read. */
  link(path: string): string | null {
    return orNull(() => readlinkSync(this.root + path))
  }

  /** Returns the ids of all processes. */
  pids(): number[] {
    return this.names('/proc').filter(isNumber).map(Number)
  }

  /** Returns what `/proc/<pid>/stat` says; null if there is no such process. */
  process(pid: number): ProcessStat | null {
    const text = this.text(`/proc/${pid}/stat`)
    if (text === null) return null
    // The name of the program is in parentheses, and may contain some itself.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const number = (index: number) => Number(fields[index])
    return {
      hasEnded: fields[0] === 'Z' || fields[0] === 'X',
      parent: number(1),
      cpuMs: (number(11) + number(12)) * TICK_MS,
      reapedMs: (number(13) + number(14)) * TICK_MS,
      startedAt: fields[19]!,
    }
  }
}

/** One process, with its figures since it began. */
export interface ProcessStat {
  /** It has ended, but its parent hasn't noticed yet. */
  readonly hasEnded: boolean
  readonly parent: number
  /** CPU time in ms, that of threads that have ended included; in steps of 10 ms. */
  readonly cpuMs: number
  /** CPU time in ms of children that have ended and that it waited for, and of theirs; in steps of 10 ms. */
  readonly reapedMs: number
  /** When it began, in the system's own count: tells it from a later process with the same id. */
  readonly startedAt: string
}

/** Linux reports times to programs in hundredths of a second, whatever the kernel itself counts in. */
const TICK_MS = 10

function isNumber(name: string): boolean {
  return /^\d+$/.test(name)
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
