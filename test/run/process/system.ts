/**
 * A /proc and a /sys of a test's own, as files in a folder.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { SystemFiles } from '../../../src/run/process/system-files.js'

export interface FakeProcess {
  readonly parent?: number
  /** What tells it from another one with the same id. */
  readonly startedAt?: number
  readonly state?: string
  /** CPU time in ms by thread. */
  readonly threads?: Readonly<Record<number, number>>
  /** CPU time in ms as the process itself knows it. */
  readonly cpuMs?: number
  readonly reapedMs?: number
  readonly children?: readonly number[]
  readonly rssKb?: number
  /** How many files it has open; they can't be counted if absent. */
  readonly openFiles?: number
  readonly cgroup?: string
}

export class FakeSystem {
  readonly root = mkdtempSync(join(tmpdir(), 'perfctl-system-'))
  readonly files = new SystemFiles(this.root)

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true }))
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.root + path), { recursive: true })
    writeFileSync(this.root + path, text)
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(this.root + path), { recursive: true })
    symlinkSync(target, this.root + path)
  }

  end(pid: number): void {
    rmSync(`${this.root}/proc/${pid}`, { recursive: true })
  }

  remove(path: string): void {
    rmSync(this.root + path, { recursive: true, force: true })
  }

  /** Writes a process, in place of one with the same id. */
  process(pid: number, given: FakeProcess = {}): void {
    const { parent = 1, startedAt = 100, state = 'S', cpuMs = 0, reapedMs = 0 } = given
    const { threads = { [pid]: 0 }, children = [], rssKb, openFiles, cgroup } = given
    this.remove(`/proc/${pid}/task`)
    const ticks = [cpuMs / 10, 0, reapedMs / 10, 0]
    const fields = [state, parent, 1, 1, 0, -1, 0, 0, 0, 0, 0, ...ticks, 20, 0, 1, 0, startedAt, 1000, 10]
    this.write(`/proc/${pid}/stat`, `${pid} (a (b) c) ${fields.join(' ')}\n`)
    if (rssKb !== undefined) this.write(`/proc/${pid}/status`, `Name:\ta\nVmRSS:\t  ${rssKb} kB\n`)
    for (let fd = 0; fd < (openFiles ?? 0); fd++) this.write(`/proc/${pid}/fd/${fd}`, '')
    if (cgroup !== undefined) this.write(`/proc/${pid}/cgroup`, cgroup)
    for (const [thread, ms] of Object.entries(threads)) {
      this.write(`/proc/${pid}/task/${thread}/schedstat`, `${ms * 1e6} 123 45\n`)
      this.write(
        `/proc/${pid}/task/${thread}/children`,
        thread === String(pid) ? children.map((child) => `${child} `).join('') : '',
      )
    }
  }
}
