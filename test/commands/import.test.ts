import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { type ImportFlags, importSource } from '../../src/commands/import.js'
import { IMPORTERS } from '../../src/import/index.js'
import { loadScenario } from '../../src/scenario/file.js'
import { readScenario } from '../../src/scenario/read.js'
import { createMemoryIo, type MemoryIo } from './memory-io.js'

let io: MemoryIo
beforeEach(() => {
  io = createMemoryIo()
})

const write = (file: string, content: string | Uint8Array) => writeFileSync(join(io.cwd, file), content)
const read = (file: string) => readFileSync(join(io.cwd, file), 'utf8')

async function call(format: string, sources: readonly string[], flags: ImportFlags = {}, stdin?: string) {
  const piped = stdin === undefined ? {} : { stdin: pieces(stdin) }
  expect(await importSource(format, sources, flags, { ...io, ...piped })).toBe(0)
  return io.written.stdout
}

/** A text in pieces that end within characters and lines. */
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
}

const LOG = '::1 - - [01/May/2026:10:00:00 +0000] "GET /caf\u00e9 HTTP/1.1" 200 5\n'

test('a command in quotes is printed as a scenario', async () => {
  expect(
    await call('curl', ["curl http://a.example/x -H 'accept: text/plain'"]),
  ).toBe(`# Made by perfctl import curl command line
target: \${BASE_URL:-http://a.example}

load: { vus: 5, duration: 20s }

requests:
  - name: GET /x
    get: /x
    headers: { accept: text/plain }

thresholds:
  - error_rate < 1%
`)
})

test('so is one that the shell has split already', async () => {
  const text = await call('curl', ['curl', '-d', "it's=a b", 'http://a.example'])
  expect(text).toContain("form: { it's: a b }")
})

describe('a source can be', () => {
  test.each<[string, readonly string[]]>([
    ['a file', ['a.log']],
    ['packed', ['a.log.gz']],
    ['stdin', ['-']],
    ['several files', ['a.log', 'a.log.gz', '-']],
  ])('%s', async (_, sources) => {
    write('a.log', LOG.trim())
    write('a.log.gz', gzipSync(LOG))
    const text = await call('access-log', sources, {}, LOG)
    expect(text).toContain('  - name: GET /caf\u00e9\n')
    if (sources.length > 1) expect(text).toContain('3 requests in 1s')
  })
})

test('-o writes it, prints notes and next steps, and overwrites nothing', async () => {
  mkdirSync(join(io.cwd, 'scenarios'))
  write('scenarios/scenario.schema.json', '{}')
  const out = { output: 'scenarios/a.yaml' }
  expect(await call('curl', ['curl http://a.example --retry 3'], out)).toBe(
    'written: scenarios/a.yaml\n\nNext:\n  perfctl try scenarios/a.yaml  see the requests and responses\n',
  )
  expect(io.written.stderr).toBe('note: left out flags that perfctl has nothing for: --retry 3\n')
  expect(read('scenarios/a.yaml')).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n/)

  await expect(call('curl', ['curl http://b.example'], out)).rejects.toThrow(
    'scenarios/a.yaml already exists',
  )
  expect(read('scenarios/a.yaml')).toContain('a.example')
  await call('curl', ['curl http://b.example'], { ...out, force: true })
  expect(read('scenarios/a.yaml')).toContain('b.example')
})

test('the schema is found from wherever the scenario goes', async () => {
  mkdirSync(join(io.cwd, 'node_modules/perfctl/scenarios'), { recursive: true })
  write('node_modules/perfctl/scenarios/scenario.schema.json', '{}')
  await call('curl', ['curl a.example'], { output: 'load/deep/a.yaml' })
  await call('curl', ['curl a.example'], { output: 'a.yaml' })
  expect(read('load/deep/a.yaml')).toContain('$schema=../../node_modules/perfctl/scenarios/')
  expect(read('a.yaml')).toContain('$schema=./node_modules/perfctl/scenarios/')
})

describe('a collection', () => {
  const collection = (url: string) =>
    JSON.stringify({
      info: {
        name: 'Shop',
        schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
      },
      item: [{ name: 'list', request: { method: 'GET', url } }],
    })
  const values = [
    { key: 'baseUrl', value: 'https://shop.example' },
    { key: 'page', value: '7', enabled: true },
  ]

  test('is filled in from an environment', async () => {
    mkdirSync(join(io.cwd, 'team'))
    write('team/shop.json', collection('{{baseUrl}}/items?page={{page}}'))
    write('team/env.json', JSON.stringify({ name: 'staging', values }))
    const text = await call('postman', ['team/shop.json'], { environment: 'team/env.json' })
    expect(text).toBe(`# Made by perfctl import postman shop.json
# - Postman keeps cookies and follows redirects; for that write cookies: true and redirects: 5 under http

name: Shop
target: \${BASE_URL:-https://shop.example}

load:
  warmup: 2s
  stages:
    - { duration: 5s, vus: 5 }
    - { duration: 20s, vus: 5 }
  thinkTime: 50ms..150ms

requests:
  - name: list
    get: /items?page=7

thresholds:
  - error_rate < 1%
`)
  })

  test('leaves variables open without an environment', async () => {
    write('shop.json', collection('{{baseUrl}}/items?page={{page}}'))
    expect(await call('postman', ['shop.json'])).toContain('target: ${BASE_URL}\n')
  })

  test("that can't be read is reported with its whole path", async () => {
    mkdirSync(join(io.cwd, 'team'))
    write('team/shop.json', '{"openapi": "3.1.0"}')
    const error = await importSource('postman', ['team/shop.json'], {}, io).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      problems: [
        {
          message: 'team/shop.json: not a Postman collection',
          hint: 'write perfctl import openapi team/shop.json',
        },
      ],
    })
  })
})

test('an OpenAPI document gets the path of its server behind another target, and a load', async () => {
  const document = `openapi: 3.1.0
info: { title: Pets }
servers: [{ url: https://pets.example/v1 }]
paths: { /pets: { get: { operationId: listPets, responses: { "200": {} } } } }
`
  const text = await call('openapi', ['-'], { target: 'http://localhost:3000/' }, document)
  expect(text).toContain('target: ${BASE_URL:-http://localhost:3000/v1}\n')
  const scenario = readScenario(text, { file: 'a.yaml', env: {} })
  expect(scenario.requests.map(({ name }) => name)).toEqual(['listPets'])
  expect(scenario.load.stages.map(({ durationMs }) => durationMs)).toEqual([5000, 20_000])
  expect(scenario.thresholds).toHaveLength(1)
})

test('missing files that a document sends get placeholders, and existing ones are kept', async () => {
  const part = { type: 'string', format: 'binary' }
  const media = { schema: { type: 'object', properties: { a: part, b: part } } }
  const operation = { requestBody: { content: { 'multipart/form-data': media } }, responses: {} }
  write('api.json', JSON.stringify({ openapi: '3.0.0', paths: { '/x': { post: operation } } }))
  write('b.bin', 'mine')
  const said = await call('openapi', ['api.json'], { output: 'api.yaml' })
  expect(said).toContain(
    'written: api.yaml\nwritten: a.bin (a placeholder: replace it with what users send)\n' +
      'kept: b.bin (it already exists and is sent as it is)\n\n',
  )
  expect(read('b.bin')).toBe('mine')
  expect(read('a.bin').length).toBeGreaterThan(500)
})

const upload = (fileName: string) => ({ name: 'f', fileName, contentType: 'application/pdf' })
const UPLOADS: readonly (readonly [format: string, source: string, files: readonly string[]])[] = [
  ['curl', 'curl -F f=@NewDoc.pdf -F "g=@/C:/Users/x/a b.png" http://a.example/', ['NewDoc.pdf', 'a b.png']],
  ['curl', 'curl -T ../../etc/passwd http://a.example/', ['passwd']],
  ['curl', 'curl --data-binary @/etc/shadow http://a.example/', ['shadow']],
  ['curl', 'curl -T - http://a.example/', ['upload.bin']],
  ['curl', 'curl -F "f=@-" -F "g=@$DOC;type=text/csv" http://a.example/', ['upload.bin', 'DOC']],
  [
    'har',
    JSON.stringify({
      log: {
        entries: [
          '/etc/passwd',
          '..\\..\\x\u0000y.bin',
          '\\\\host\\c$\\boot.ini',
          '..',
          'folder',
          'a.yaml',
        ].map((name) => ({
          request: {
            method: 'POST',
            url: 'http://a.example/',
            postData: { mimeType: 'multipart/form-data', params: [upload(name)] },
          },
          response: { status: 200 },
        })),
      },
    }),
    ['passwd', 'x y.bin', 'boot.ini', 'upload.bin', 'folder-2', 'a-2.yaml'],
  ],
  [
    'postman',
    JSON.stringify({
      info: { name: 'x', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
      item: [
        { mode: 'formdata', formdata: [{ key: 'f', type: 'file', src: ['/C:/Users/a/b.png', '/D:/b.png'] }] },
        { mode: 'file', file: { src: '/proc/self/environ' } },
      ].map((body) => ({ request: { method: 'POST', url: 'http://a.example/', body } })),
    }),
    ['b.png', 'b-2.png', 'environ'],
  ],
]

describe('an uploaded file gets a placeholder beside the scenario, and nowhere else', () => {
  test.each(UPLOADS)('%s %s', async (format, source, files) => {
    mkdirSync(join(io.cwd, 'out/folder'), { recursive: true })
    await call(format, format === 'curl' ? [source] : ['-'], { output: 'out/a.yaml' }, source)
    expect(readdirSync(join(io.cwd, 'out')).toSorted()).toEqual([...files, 'a.yaml', 'folder'].toSorted())
    expect(readdirSync(io.cwd)).toEqual(['out'])
    const scenario = await loadScenario('out/a.yaml', { cwd: io.cwd, env: {} })
    expect(scenario.requests.length).toBeGreaterThan(0)
  })
})

test('a printed scenario says which files it needs', async () => {
  const text = await call('curl', ['curl -F f=@/tmp/NewDoc.pdf http://a.example/'])
  expect(text).toContain('multipart: { f: { file: NewDoc.pdf } }')
  expect(text).toContain(
    '# - files are sent from beside the scenario: put there what users really send: NewDoc.pdf',
  )
  expect(io.written.stderr).toBe(
    'note: the scenario sends a file that has to be in its folder:\n  NewDoc.pdf\n' +
      'Without them, validate and run fail with "no such file"; -o FILE saves the scenario and writes placeholders.\n',
  )
})

test('a placeholder is not written through a symbolic link', async () => {
  mkdirSync(join(io.cwd, 'out'))
  symlinkSync('../elsewhere.pdf', join(io.cwd, 'out/a.pdf'))
  await call('curl', ['curl -F f=@a.pdf http://a.example/'], { output: 'out/a.yaml' })
  expect(existsSync(join(io.cwd, 'elsewhere.pdf'))).toBe(false)
  expect(read('out/a-2.pdf')).toContain('in place of a file')
})

test('--target changes the target', async () => {
  write('a.log', LOG)
  expect(await call('access-log', ['a.log'], { target: 'http://b.example/' })).toContain(
    '${BASE_URL:-http://b.example}',
  )
})

describe('problems are reported with a hint', () => {
  test.each<[string, readonly string[], ImportFlags, string, string]>([
    [
      'curlcommand',
      ['x'],
      {},
      'curlcommand is not a format',
      `use one of ${Object.keys(IMPORTERS).join(', ')}`,
    ],
    ['hra', ['x'], {}, 'hra is not a format that perfctl can import', 'did you mean "har"?'],
    ['shop.har', [], {}, 'shop.har is not a format', 'name the format first: perfctl import har shop.har'],
    [
      'access.log.1.gz',
      [],
      {},
      'access.log.1.gz is not a format',
      'perfctl import access-log access.log.1.gz',
    ],
    ['har', [], {}, 'nothing to import', 'write perfctl import har file, or - to read from stdin'],
    ['har', ['no.har'], {}, 'no.har: no such file', 'use - to read from stdin'],
    ['har', ['.'], {}, '. is a directory, not a file', ''],
    ['har', ['a.har', 'b.har'], {}, 'har is imported from one file, got 2', 'import them one by one'],
    [
      'har',
      ['-'],
      { target: 'shop' },
      '--target shop: not an http or https URL',
      'write --target http://shop',
    ],
    [
      'har',
      ['-'],
      { target: 'http://ada:pw@a.example' },
      '--target: a scenario must not contain a password',
      'set http.auth',
    ],
    ['curl', ['-'], { mix: true }, '--mix has no effect on curl', 'remove it; it is for har'],
    ['openapi', ['-'], { static: true }, '--static has no effect on openapi', 'it is for har, access-log'],
    ['har', ['-'], { environment: 'e.json' }, '--environment has no effect on har', 'it is for postman'],
    ['postman', ['-'], { environment: 'e.json' }, 'e.json: no such file', ''],
    ['shop.postman_collection.json', [], {}, 'is not a format', 'perfctl import postman shop.postman_'],
    ['docs/openapi.v3.yaml', [], {}, 'is not a format', 'perfctl import openapi docs/openapi.v3.yaml'],
    ['postman', ['a.json', 'b.json'], {}, 'postman is imported from one file, got 2', ''],
    ['har', ['-'], {}, 'stdin: the file is empty', ''],
  ])('%s %j %j', async (format, sources, flags, message, hint) => {
    const error = await importSource(format, sources, flags, io).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
    expect((error as { problems: { hint: string | null }[] }).problems[0]!.hint ?? '').toContain(hint)
  })

  test('a packed file that is cut off', async () => {
    write('a.gz', gzipSync(LOG.repeat(100)).subarray(0, 40))
    await expect(call('access-log', ['a.gz'])).rejects.toThrow('cannot unpack a.gz: unexpected end of file')
  })
})

describe('a document in several files', () => {
  const document = (ref: string) =>
    `openapi: 3.0.0\nservers: [{ url: http://a.example }]\npaths:\n  /x: { $ref: "${ref}" }\n`
  const operation = '{"get": {"operationId": "found", "responses": {}}}'

  test('is read from its folder', async () => {
    mkdirSync(join(io.cwd, 'docs/paths'), { recursive: true })
    write('docs/api.yaml', document('./paths/x.json'))
    write('docs/paths/x.json', operation)
    expect(await call('openapi', ['docs/api.yaml'])).toContain('  - name: found\n')
  })

  test('is not read from elsewhere, not even through a link', async () => {
    mkdirSync(join(io.cwd, 'docs'))
    write('secret.json', operation)
    write('docs/api.yaml', document('./link.json'))
    symlinkSync('../secret.json', join(io.cwd, 'docs/link.json'))
    await expect(call('openapi', ['docs/api.yaml'])).rejects.toThrow(
      'docs/link.json is outside the folder of docs/api.yaml',
    )
  })

  test.each(['./no.json', './folder'])('goes on without %s', async (ref) => {
    mkdirSync(join(io.cwd, 'folder'))
    write('api.yaml', `${document(ref)}  /y: { get: { responses: {} } }\n`)
    const text = await call('openapi', ['api.yaml'])
    expect(text).toContain(`# - references to files that are not there: ${ref.slice(2)}`)
  })

  test('on stdin has no files beside it', async () => {
    write('x.json', operation)
    const text = await call('openapi', ['-'], {}, `${document('./x.json')}  /y: { get: { responses: {} } }\n`)
    expect(text).toContain(
      '# - references to other files are followed by perfctl import openapi FILE only: x.json',
    )
  })
})
