/**
 * A user's session with perfctl in an empty directory, in this process. It uses the built program, because threads
 * and the demo service need built files.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { main } from '../../dist/cli.js'
import { parseResult } from '../../src/stats/read.js'
import type { Result } from '../../src/stats/result.js'
import { createMemoryIo } from '../commands/memory-io.js'

export interface Session {
  readonly cwd: string
  /** Runs one command; `env` is its environment. */
  perfctl(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>
  write(file: string, text: string): void
  read(file: string): string
  exists(file: string): boolean
  /** The saved results, oldest first. */
  results(): Result[]
}

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const directories: string[] = []

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

/** A session with these files. The directory is removed after all tests of the file. */
export function startSession(files: Readonly<Record<string, string>> = {}): Session {
  const { cwd } = createMemoryIo()
  directories.push(cwd)
  const session: Session = {
    cwd,
    async perfctl(args, env = {}) {
      const io = { ...createMemoryIo(), cwd, env }
      const code = await main(args, io)
      return { code, ...io.written }
    },
    write(file, text) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true })
      writeFileSync(join(cwd, file), text)
    },
    read: (file) => readFileSync(join(cwd, file), 'utf8'),
    exists: (file) => existsSync(join(cwd, file)),
    results() {
      const directory = join(cwd, '.perfctl/results')
      if (!existsSync(directory)) return []
      const names = readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .sort()
      return names.map((name) => parseResult(readFileSync(join(directory, name), 'utf8'), name))
    },
  }
  for (const [file, text] of Object.entries(files)) session.write(file, text)
  return session
}
