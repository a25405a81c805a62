import { spawnSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { checkWritable, fileNameOf, readTextFile, writeFileAtomic } from '../../src/base/files.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perfctl-'))
})

test('a file is written with its directories, replaces an old one and leaves nothing else behind', async () => {
  const path = join(directory, 'a/b/file.json')
  await writeFileAtomic(path, 'old')
  await writeFileAtomic(path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readdirSync(join(directory, 'a/b'))).toEqual(['file.json'])
})

test('a file that cannot be replaced stays unchanged, without leftovers', async () => {
  mkdirSync(join(directory, 'taken/inside'), { recursive: true })
  await expect(writeFileAtomic(join(directory, 'taken'), 'x')).rejects.toThrow('cannot write')
  expect(readdirSync(directory)).toEqual(['taken'])
  writeFileSync(join(directory, 'file'), '')
  await expect(writeFileAtomic(join(directory, 'file/below'), 'x')).rejects.toThrow('cannot write')
})

test('text can be written in pieces, and an error midway changes nothing', async () => {
  const path = join(directory, 'file.json')
  await writeFileAtomic(path, ['{', '}', '\n'])
  expect(readFileSync(path, 'utf8')).toBe('{}\n')
  function* broken() {
    yield '['
    throw new Error('boom')
  }
  await expect(writeFileAtomic(path, broken())).rejects.toThrow('boom')
  expect(readFileSync(path, 'utf8')).toBe('{}\n')
  expect(readdirSync(directory)).toEqual(['file.json'])
})

test('a link stays a link, and a device stays a device', async () => {
  const [path, link] = [join(directory, 'file'), join(directory, 'link')]
  writeFileSync(path, 'old')
  symlinkSync(path, link)
  await writeFileAtomic(link, 'new')
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(path, 'utf8')).toBe('new')
  const nowhere = join(directory, 'nowhere')
  symlinkSync('/dev/null', nowhere)
  await writeFileAtomic(nowhere, 'new')
  expect(lstatSync(nowhere).isSymbolicLink()).toBe(true)
})

test('checking whether a file can be written leaves nothing behind', async () => {
  writeFileSync(join(directory, 'file'), '')
  mkdirSync(join(directory, 'inside'))
  for (const good of ['file', 'new', 'a/b/new', 'inside/x'])
    await checkWritable(join(directory, good), 'hint')
  for (const bad of ['file/x', 'file/x/y', 'inside'])
    await expect(checkWritable(join(directory, bad), 'hint'), bad).rejects.toThrow('cannot write')
  expect(readdirSync(directory)).toEqual(['file', 'inside'])
  expect(readdirSync(join(directory, 'inside'))).toEqual([])
})

/** A 64 kB file system; null if mounting is not allowed. */
function mountTiny(options: string): string | null {
  const path = join(directory, 'tiny')
  mkdirSync(path)
  const mounted = spawnSync('sh', ['-c', `mount -t tmpfs -o ${options} tmpfs '${path}'`])
  return mounted.status === 0 ? path : null
}

test.for([
  ['size=64k', /disk is full|no space/i],
  ['size=64k,ro', /read-only/i],
] as const)('a disk mounted with %s is refused in advance', async ([options, wanted], context) => {
  const path = mountTiny(options)
  // Only root may mount, and not in every container.
  if (path === null) return context.skip('this user may not mount')
  try {
    await expect(checkWritable(join(path, 'x/result.json'), 'hint')).rejects.toThrow(wanted)
    await expect(writeFileAtomic(join(path, 'a'), 'x'.repeat(100_000))).rejects.toThrow('cannot write')
    expect(readdirSync(path)).toEqual([])
  } finally {
    spawnSync('sh', ['-c', `umount '${path}'`])
  }
})

test('messages say what is wrong with a path', async () => {
  await expect(readTextFile(join(directory, 'gone'))).rejects.toThrow('no such file')
  await expect(readTextFile(directory)).rejects.toThrow('is a directory')
})

test.each([
  ['search', 'search'],
  ['../../etc/passwd', '-..-etc-passwd'],
  ['a/b: c?', 'a-b- c-'],
  ['..', 'scenario'],
  ['x'.repeat(300), 'x'.repeat(100)],
  ['界'.repeat(300), '界'.repeat(33)],
])('%s becomes the file name %s', (name, wanted) => {
  expect(fileNameOf(name)).toBe(wanted)
})
