/**
 * What a service uses of this machine: that of its control group if it has one of its own, else that of its processes.
 */
import type { TargetReading } from '../../stats/target.js'
import { findOwnGroups, type OwnGroups } from './control-group.js'
import { ProcessTree } from './process-tree.js'
import type { SystemFiles } from './system-files.js'

/** Reads the figures of a service. Each reading takes a few ms and doesn't stop the service. */
export class Sampler {
  private readonly files: SystemFiles
  private readonly tree: ProcessTree
  private groups: OwnGroups | null = null
  /** How many processes share the memory that is read; 1 if the figure is that of a control group. */
  private most = 0

  /** `roots`: the processes that belong to it, with all that they start, but without `excluded`. */
  constructor(files: SystemFiles, roots: readonly number[], excluded: number) {
    this.files = files
    this.tree = new ProcessTree(files, roots, excluded)
  }

  /** Returns the present figures; null if the processes have ended. */
  read(): Omit<TargetReading, 'atMs'> | null {
    const tree = this.tree.read()
    if (tree === null) return null
    this.groups ??= findOwnGroups(this.files, tree.pids)
    const { cpu, memory } = this.groups
    const { threads, openFiles } = tree
    const cpuMs = cpu === null ? tree.cpuMs : cpu.readMs()
    const memoryBytes = memory === null ? tree.memoryBytes : memory()
    if (cpuMs === null || memoryBytes === null) return null
    this.most = memory === null ? Math.max(this.most, tree.pids.length) : 1
    return { cpuMs, throttledMs: cpu?.readThrottledMs() ?? null, memoryBytes, threads, openFiles }
  }

  /** Whether the memory is a sum over several processes, in which pages that they share count for each. */
  get isSum(): boolean {
    return this.most > 1
  }
}
