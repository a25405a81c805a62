import { describe, expect, test } from 'vitest'
import { variable } from '../../src/import/placeholders.js'
import { baseName, UploadFiles } from '../../src/import/upload-files.js'

describe('the upload name of', () => {
  test.each([
    ['NewDoc.pdf', 'NewDoc.pdf'],
    ['docs/a b.pdf', 'a b.pdf'],
    ['/etc/passwd', 'passwd'],
    ['../../x.csv', 'x.csv'],
    ['..\\..\\x.csv', 'x.csv'],
    ['/C:/Users/me/x.csv', 'x.csv'],
    ['C:x.csv', 'x.csv'],
    ['\\\\host\\share\\x.csv', 'x.csv'],
    ['file:///etc/hosts', 'hosts'],
    ['a.txt:stream', 'a.txt-stream'],
    ['.env', 'env'],
    ['.ssh/', 'ssh'],
    ['-', 'upload.bin'],
    ['', 'upload.bin'],
    ['..', 'upload.bin'],
    ['/', 'upload.bin'],
    ['a\u0000/b\r\n\u001b[31m.txt', 'b [31m.txt'],
    ['gpj.\u202eexe', 'gpj.-exe'],
    ['NUL', '_NUL'],
    ['com1.txt', '_com1.txt'],
    ['x. . ', 'x'],
    ['{{ file }}', 'file -'],
    [`${variable('HOME')}/${variable('DOC', 'x.csv')}`, 'DOC'],
    ['\ud800.txt', 'txt'],
    [`${'\u6f22'.repeat(300)}.png`, /^\u6f22{20,60}\.png$/],
  ])('%j is %j', (path, name) => {
    const taken = new UploadFiles().take(path)
    if (typeof name === 'string') expect(taken).toBe(name)
    else expect(taken).toMatch(name)
    expect(Buffer.byteLength(taken)).toBeLessThan(200)
  })
})

test('equal paths share a name, different paths do not', () => {
  const files = new UploadFiles(['Docs'])
  expect(['a/x.tar', 'b/X.tar', 'a/x.tar', 'docs', '-', ''].map((path) => files.take(path))).toEqual([
    'x.tar',
    'X-2.tar',
    'x.tar',
    'docs-2',
    'upload.bin',
    'upload-2.bin',
  ])
  expect(files.names).toEqual(['x.tar', 'X-2.tar', 'docs-2', 'upload.bin', 'upload-2.bin'])
})

test('a form keeps the original file name', () => {
  expect(baseName('/home/me/.env')).toBe('.env')
})
