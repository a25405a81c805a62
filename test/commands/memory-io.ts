/**
 * An in-memory Io, with files in a directory of the test's own.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../src/base/io.js'

export interface MemoryIo extends Io {
  /** What was written so far. */
  readonly written: { stdout: string; stderr: string }
}

/** An Io in an empty directory, without a terminal, 80 columns wide. */
export function createMemoryIo(): MemoryIo {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
    },
    isTerminal: false,
    columns: 80,
    rows: 24,
  })
  return {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    cwd: mkdtempSync(join(tmpdir(), 'perfctl-')),
    onSignal: () => () => undefined,
    onBug: () => () => undefined,
    onExit: () => () => undefined,
    written,
  }
}
