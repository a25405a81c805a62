import { describe, expect, test } from 'vitest'
import { contentTypeOf } from '../../../src/scenario/blocks/content-types.js'
import type { FileReader } from '../../../src/scenario/data/files.js'
import { scenarioHash } from '../../../src/scenario/model/hash.js'
import { readScenario } from '../../../src/scenario/read.js'
import { requestOf } from '../only.js'

test.each([
  ['a.png', 'image/png'],
  ['a/b.JPG', 'image/jpeg'],
  ['a.tar.gz', 'application/gzip'],
  ['a.json', 'application/json'],
  ['a', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
  ['.png', 'application/octet-stream'],
])('%s is sent as %s', (path, type) => {
  expect(contentTypeOf(path)).toBe(type)
})

function reader(files: Readonly<Record<string, string>>): FileReader & { readonly reads: string[] } {
  const reads: string[] = []
  return {
    reads,
    read(path) {
      reads.push(path)
      if (files[path] === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return Buffer.from(files[path])
    },
  }
}

function read(text: string, files: FileReader) {
  return readScenario(text, { file: 'main.yaml', env: {}, files })
}

test('each file is read once, and equal content is stored once', () => {
  const files = reader({ 'a.png': 'same', 'b.png': 'same', 'c.png': 'other' })
  const scenario = read(
    `before: [{ post: /before, file: a.png }]
beforeEach: [{ post: /each, file: b.png }]
after: [{ post: /after, multipart: { one: { file: a.png }, two: { file: c.png } } }]
requests: [{ post: /a, file: a.png }, { name: j, steps: [{ post: /b, file: b.png }] }]`,
    files,
  )
  expect(files.reads.sort()).toEqual(['a.png', 'b.png', 'c.png'])
  const texts = Object.values(scenario.files!).map((bytes) => Buffer.from(bytes).toString())
  expect(texts.sort()).toEqual(['other', 'same'])
})

test('a scenario that sends no files has none', () => {
  expect(read('requests: [{ post: /, multipart: { a: b } }]', reader({}))).not.toHaveProperty('files')
})

describe('the hash', () => {
  const hashOf = (text: string, content = 'one') =>
    scenarioHash(read(text, reader({ 'a.png': content, 'x/b.png': content, 'a.gif': content })))
  const RAW = 'requests: [{ name: a, post: /, file: a.png }]'
  const FORM = 'requests: [{ name: a, post: /, multipart: { up: { file: a.png, name: n } } }]'

  test.each([RAW, FORM])('depends on the content of a file, not on its path: %s', (text) => {
    expect(hashOf(text.replace('a.png', 'x/b.png'))).toBe(hashOf(text))
    expect(hashOf(text, 'two')).not.toBe(hashOf(text))
  })

  test.each([
    [RAW, 'a.png', 'a.gif'],
    [FORM, 'a.png', 'a.gif'],
    [FORM, 'name: n', 'name: m'],
    [FORM, ', name: n', ''],
    [FORM, 'up:', 'down:'],
  ])('depends on the name and type of the part: in %s %s or %s', (text, from, to) => {
    expect(hashOf(text.replace(from, to))).not.toBe(hashOf(text))
  })
})

test('paths in an extended file are relative to it, and form fields are not paths', () => {
  const scenario = read(
    'extends: common/base.yaml\n',
    reader({
      'common/base.yaml': `target: http://a
requests:
  - post: /
    multipart: { file: a.txt, key: k, cert: { file: c.pem, type: text/x-pem }, several: [x, { file: c.pem }] }
before: [{ post: /, file: ../raw.bin }]`,
      'common/c.pem': 'c',
      'raw.bin': 'raw',
    }),
  )
  expect(requestOf(scenario).body).toMatchObject({
    parts: [
      { name: 'file', text: ['a.txt'] },
      { name: 'key', text: ['k'] },
      { name: 'cert', file: { path: 'common/c.pem' }, fileName: ['c.pem'], contentType: 'text/x-pem' },
      { name: 'several', text: ['x'] },
      { name: 'several', file: { path: 'common/c.pem' } },
    ],
  })
  expect(scenario.before).toMatchObject([{ request: { body: { file: { path: 'raw.bin' } } } }])
})
