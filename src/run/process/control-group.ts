/**
 * The control group of a service, such as that of its container: Linux counts CPU time and memory for it.
 */
import type { SystemFiles } from './system-files.js'

/** A group's CPU time. */
interface GroupCpu {
  /** Returns the CPU time in ms since the group was made; null if the group is gone. */
  readonly readMs: () => number | null
  /** Returns how long its threads had to wait because the group had used up its share, in ms; null without a share. */
  readonly readThrottledMs: () => number | null
}

/** Returns a group's memory in bytes, without files that could be dropped from it; null if the group is gone. */
type GroupMemory = () => number | null

/** The groups that have all these processes, and no other; null for those that also have others. */
export interface OwnGroups {
  readonly cpu: GroupCpu | null
  readonly memory: GroupMemory | null
}

/** Finds the groups of the processes. Version 1 of them may have different ones for CPU time and memory. */
export function findOwnGroups(files: SystemFiles, pids: readonly number[]): OwnGroups {
  const [first] = pids
  const lines = (files.text(`/proc/${first}/cgroup`) ?? '').split('\n').map((line) => line.split(':'))
  const folders = (controller: string, roots: readonly string[]) => {
    const path = lines
      .find(([, names]) => names?.split(',').includes(controller))
      ?.slice(2)
      .join(':')
    return path === undefined ? [] : roots.map((root) => `${root}${path === '/' ? '' : path}`)
  }
  const find = (file: string, controller: string, roots = [`${CGROUPS}/${controller}`]) =>
    folders(controller, roots).find(
      (folder) => files.text(`${folder}/${file}`) !== null && isOwn(files, folder, pids),
    )
  const findV2 = (file: string) => find(file, '', [CGROUPS, `${CGROUPS}/unified`])
  const cpu = findV2('cpu.stat')
  const memory = findV2('memory.current')
  const memoryV1 = find('memory.usage_in_bytes', 'memory')
  return {
    cpu:
      cpu === undefined
        ? cpuOfV1(files, find('cpuacct.usage', 'cpuacct'), find('cpu.stat', 'cpu'))
        : cpuOf(files, cpu),
    memory:
      memory === undefined
        ? memoryOf(files, memoryV1, 'memory.usage_in_bytes', 'total_inactive_file')
        : memoryOf(files, memory, 'memory.current', 'inactive_file'),
  }
}

const CGROUPS = '/sys/fs/cgroup'

/** Whether a group and those below it have these processes, and no other. */
function isOwn(files: SystemFiles, folder: string, pids: readonly number[]): boolean {
  const known = new Set(pids)
  const missing = new Set(pids)
  const visit = (folder: string): boolean => {
    const text = files.text(`${folder}/cgroup.procs`)
    if (text === null) return true
    const members = text.split('\n').filter((line) => line !== '')
    if (!members.every((pid) => known.has(Number(pid)))) return false
    for (const pid of members) missing.delete(Number(pid))
    return files.names(folder).every((name) => visit(`${folder}/${name}`))
  }
  return visit(folder) && missing.size === 0
}

function cpuOf(files: SystemFiles, folder: string): GroupCpu {
  const read = (field: string) => {
    const us = fieldOf(files.text(`${folder}/cpu.stat`), field)
    return us === null ? null : us / 1000
  }
  return { readMs: () => read('usage_usec'), readThrottledMs: () => read('throttled_usec') }
}

function cpuOfV1(files: SystemFiles, usage: string | undefined, limits: string | undefined): GroupCpu | null {
  if (usage === undefined) return null
  const msOf = (ns: number | null) => (ns === null ? null : ns / 1e6)
  return {
    readMs: () => msOf(numberOf(files.text(`${usage}/cpuacct.usage`))),
    readThrottledMs: () =>
      limits === undefined ? null : msOf(fieldOf(files.text(`${limits}/cpu.stat`), 'throttled_time')),
  }
}

/** `unneeded` is the field of memory.stat with the files that could be dropped. */
function memoryOf(
  files: SystemFiles,
  folder: string | undefined,
  usage: string,
  unneeded: string,
): GroupMemory | null {
  if (folder === undefined) return null
  return () => {
    const bytes = numberOf(files.text(`${folder}/${usage}`))
    const unneededBytes = fieldOf(files.text(`${folder}/memory.stat`), unneeded) ?? 0
    return bytes === null ? null : Math.max(0, bytes - unneededBytes)
  }
}

function fieldOf(text: string | null, name: string): number | null {
  const line = text?.split('\n').find((each) => each.startsWith(`${name} `))
  return numberOf(line?.slice(name.length + 1) ?? null)
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+\s*$/.test(text) ? Number(text) : null
}
