/**
 * The CPU time and memory of processes and everything that they start, from /proc.
 */
import type { ProcessStat, SystemFiles } from './system-files.js'

/** What the processes had used at one moment. */
export interface TreeReading {
  /** CPU time in ms since the first reading. Never falls: what has ended keeps what it had used. */
  readonly cpuMs: number
  /** The resident memory of all in bytes. Pages that several of them share count for each. */
  readonly memoryBytes: number
  readonly threads: number
  /** Files, sockets and pipes of all; null if some can't be counted. */
  readonly openFiles: number | null
  /** The processes that were there. */
  readonly pids: readonly number[]
}

/** Some processes and their descendants, which are found anew for each reading. */
export class ProcessTree {
  private readonly files: SystemFiles
  private readonly excluded: number
  /** Those of the last reading. One whose parent ended is still here. */
  private known = new Map<number, Member>()
  private next: readonly number[]
  private isFirst = true
  private cpuMs = 0

  /** `excluded`: a process that doesn't count, nor what it starts: perfctl, if the service started it. */
  constructor(files: SystemFiles, roots: readonly number[], excluded: number) {
    this.files = files
    this.next = roots
    this.excluded = excluded
  }

  /** Reads the processes; null if none is left. */
  read(): TreeReading | null {
    const found = this.find()
    const gone = [...this.known.values()].filter((member) => found.get(member.pid) !== member)
    for (const member of gone) {
      const parent = found.get(member.parent)
      if (parent !== undefined) parent.keptMs += lifetimeOf(member, gone)
    }
    for (const member of found.values()) {
      const usedMs = member.takeUsed()
      if (!this.isFirst) this.cpuMs += usedMs
    }
    this.isFirst = false
    this.known = found
    const alive = [...found.values()].filter(({ hasEnded }) => !hasEnded)
    if (alive.length === 0) return null
    const pids = alive.map(({ pid }) => pid)
    return {
      cpuMs: this.cpuMs,
      memoryBytes: pids.reduce((sum, pid) => sum + this.residentBytes(pid), 0),
      threads: alive.reduce((sum, { threadCount }) => sum + threadCount, 0),
      openFiles: this.countOpenFiles(pids),
      pids,
    }
  }

  private find(): Map<number, Member> {
    const found = new Map<number, Member>()
    const visit = (pid: number, isMine: (stat: ProcessStat) => boolean) => {
      if (found.has(pid) || pid === this.excluded) return
      const stat = this.files.process(pid)
      if (stat === null || !isMine(stat)) return
      const known = this.known.get(pid)
      const member = known?.startedAt === stat.startedAt ? known : new Member(pid, stat.startedAt)
      found.set(pid, member)
      const threads = this.files.names(`/proc/${pid}/task`)
      member.threadCount = threads.length
      member.update(stat, this.threadTimes(pid, threads))
      for (const child of this.childrenOf(pid, threads)) visit(child, ({ parent }) => parent === pid)
    }
    for (const { pid, startedAt } of this.known.values()) visit(pid, (stat) => stat.startedAt === startedAt)
    for (const pid of this.next) visit(pid, () => true)
    this.next = []
    return found
  }

  /** CPU time in ms by thread. Some kernels don't count it. */
  private threadTimes(pid: number, threads: readonly string[]): Map<string, number> {
    const times = new Map<string, number>()
    for (const thread of threads) {
      const text = this.files.text(`/proc/${pid}/task/${thread}/schedstat`)
      if (text !== null) times.set(thread, Number.parseInt(text, 10) / 1e6)
    }
    return times
  }

  /** Some kernels don't list children; then all processes are asked for their parent. */
  private childrenOf(pid: number, threads: readonly string[]): number[] {
    const lists = threads.map((thread) => this.files.text(`/proc/${pid}/task/${thread}/children`))
    if (lists.some((list) => list !== null))
      return lists.flatMap((list) => list?.split(' ').filter((word) => word.trim() !== '') ?? []).map(Number)
    return this.files.pids().filter((each) => this.files.process(each)?.parent === pid)
  }

  private countOpenFiles(pids: readonly number[]): number | null {
    const counts = pids.map((pid) => this.files.count(`/proc/${pid}/fd`))
    return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0)
  }

  private residentBytes(pid: number): number {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(this.files.text(`/proc/${pid}/status`) ?? '')?.[1]
    return Number(kilobytes ?? 0) * 1024
  }
}

/** A process of the tree. */
class Member {
  readonly pid: number
  readonly startedAt: string
  parent = 0
  hasEnded = false
  threadCount = 0
  /** Times in ms since it began: its own, and those of the children it waited for. */
  ownMs = 0
  reapedMs = 0
  /** What children that have ended had used at their last reading, and what it hasn't waited for yet. */
  keptMs = 0
  private threads = new Map<string, number>()
  private endedThreadsMs = 0
  private takenOwnMs = 0
  private takenReapedMs = 0

  constructor(pid: number, startedAt: string) {
    this.pid = pid
    this.startedAt = startedAt
  }

  update({ parent, hasEnded, cpuMs, reapedMs }: ProcessStat, threads: Map<string, number>): void {
    this.parent = parent
    this.hasEnded = hasEnded
    for (const [thread, ms] of this.threads) {
      // A thread with less time than before is another one with the same id.
      if ((threads.get(thread) ?? -1) < ms) this.endedThreadsMs += ms
    }
    this.threads = threads
    const threadsMs = [...threads.values()].reduce((sum, ms) => sum + ms, this.endedThreadsMs)
    // The threads are exact, and the process knows of threads that have ended since.
    this.ownMs = Math.max(this.ownMs, threadsMs, cpuMs)
    this.reapedMs = Math.max(this.reapedMs, reapedMs)
  }

  /**
   * Returns the CPU time in ms that was used since the last call. The time of children that have ended since, or were
   * never seen, is in what the process waited for; what was already counted of them is not counted again.
   */
  takeUsed(): number {
    const newlyReapedMs = this.reapedMs - this.takenReapedMs
    const usedMs = this.ownMs - this.takenOwnMs + Math.max(0, newlyReapedMs - this.keptMs)
    this.keptMs = Math.max(0, this.keptMs - newlyReapedMs)
    this.takenOwnMs = this.ownMs
    this.takenReapedMs = this.reapedMs
    return usedMs
  }
}

/** What a process that is gone had used as far as is known, with its children that are gone, too. */
function lifetimeOf({ pid, ownMs, reapedMs, keptMs }: Member, gone: readonly Member[]): number {
  const children = gone.filter((member) => member.parent === pid)
  return children.reduce((sum, child) => sum + lifetimeOf(child, gone), ownMs + reapedMs + keptMs)
}
