import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli.js'
import { createMemoryIo } from './memory-io.js'

const URL = 'http://bob:hunter22@127.0.0.1:1'

describe('a password in a URL of the command line is refused, and not shown', () => {
  test.each([
    ['run', 'a.yaml', '-t', URL],
    ['run', 'a.yaml', '-t', URL.replace('http', 'ftp')],
    ['run', 'a.yaml', '-t', `${URL}/?q=1`],
    ['run', `${URL}/health`],
    ['run', URL.replace(':1', ':99999')],
    ['explain', 'a.yaml', '-t', URL],
    ['try', 'a.yaml', '-t', URL],
    ['ab', 'a.yaml', '--a', URL, '--b', 'demo'],
    ['ab', 'a.yaml', '--a', 'demo', '--b', URL],
  ])('%s %s %s %s', async (...argv) => {
    const io = createMemoryIo()
    writeFileSync(join(io.cwd, 'a.yaml'), 'requests: [{ get: / }]')
    expect(await main(argv, io)).toBe(2)
    expect(io.written.stderr).toContain("can't contain a user or password")
    expect(io.written.stdout + io.written.stderr).not.toContain('hunter22')
  })
})

test('control characters on the command line are escaped', async () => {
  for (const argv of [
    ['run', '--\u001b[2J'],
    ['baseline', '\u0010'],
    ['\u202erun'],
    ['run', 'a', '--inconclusive', '\r'],
  ]) {
    const io = createMemoryIo()
    expect(await main(argv, io)).toBe(2)
    expect(io.written.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
})
