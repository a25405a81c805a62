import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { fileNameOf, readTextFile, writeFileAtomic } from '../../src/base/files.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perfctl-'))
})

test('a file is written with its directories, over an old one, and nothing else is left', async () => {
  const path = join(directory, 'a/b/file.json')
  await writeFileAtomic(path, 'old')
  await writeFileAtomic(path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(join(directory, 'a/b'))).toEqual(['file.json'])
})

test('what can not be replaced stays as it was, without leftovers', async () => {
  mkdirSync(join(directory, 'taken/inside'), { recursive: true })
  await expect(writeFileAtomic(join(directory, 'taken'), 'x')).rejects.toThrow('cannot write')
  expect(readdirSync(directory)).toEqual(['taken'])
  writeFileSync(join(directory, 'file'), '')
  await expect(writeFileAtomic(join(directory, 'file/below'), 'x')).rejects.toThrow('cannot write')
})

test('readers are told what is wrong with a path', async () => {
  await expect(readTextFile(join(directory, 'gone'))).rejects.toThrow('no such file')
  await expect(readTextFile(directory)).rejects.toThrow('is a directory')
})

test.each([
  ['search', 'search'],
  ['../../etc/passwd', '-..-etc-passwd'],
  ['a/b: c?', 'a-b- c-'],
  ['..', 'scenario'],
  ['x'.repeat(300), 'x'.repeat(100)],
])('%s as a file name is %s', (name, wanted) => {
  expect(fileNameOf(name)).toBe(wanted)
})
