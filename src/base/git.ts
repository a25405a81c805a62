/**
 * Finds the commit that is measured.
 */
import { execFile } from 'node:child_process'

const TIMEOUT_MS = 2000

/** The full hash of the commit checked out in `directory`; null if that isn't in a git repository. */
export function readGitCommit(directory: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('git', ['rev-parse', 'HEAD'], { cwd: directory, timeout: TIMEOUT_MS }, (error, stdout) => {
      resolve(error === null ? stdout.trim() : null)
    })
  })
}
