import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { importOpenapi } from '../../../src/import/openapi/index.js'
import { readDraft } from '../read-draft.js'

const responses = { '200': { description: 'ok' } }

/** The body of a request with this schema, with files next to the document. */
function bodyOf(schema: unknown, files: Record<string, unknown> = {}, rest: object = {}) {
  const content = { 'application/json': { schema } }
  return draftOf({ '/x': { post: { requestBody: { content }, responses } } }, files, rest)
}

function draftOf(paths: unknown, files: Record<string, unknown>, rest: object = {}) {
  const document = { openapi: '3.0.3', info: {}, servers: [{ url: 'http://a.example' }], paths, ...rest }
  const read: string[] = []
  const draft = importOpenapi(stringify(document), {
    file: 'docs/api.yaml',
    readBeside: (path) => {
      read.push(path)
      const file = Object.hasOwn(files, path) ? files[path] : null
      return file === null || typeof file === 'string' ? file : JSON.stringify(file)
    },
  })
  readDraft(draft)
  return { ...draft, read, json: draft.scenario.requests[0]!['json'] }
}

const name = (example: string) => ({
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', example } },
})

describe('a reference is followed', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['to a key', './schemas/pet.yaml#/Pet', { 'schemas/pet.yaml': { Pet: name('Rex') } }],
    ['to a whole file', 'pet.json', { 'pet.json': name('Rex') }],
    ['to a whole file, with an empty fragment', 'pet.json#', { 'pet.json': name('Rex') }],
    ['to YAML', 'pet.yml', { 'pet.yml': stringify(name('Rex')) }],
    [
      'with escapes',
      './my%20pets.json#/a~1b/c~0d/%7Be%7D',
      { 'my pets.json': { 'a/b': { 'c~d': { '{e}': name('Rex') } } } },
    ],
    ['to a list item', 'a.json#/list/1', { 'a.json': { list: [{}, name('Rex')] } }],
    ['to an anchor', 'a.json#pet', { 'a.json': { $defs: { x: { $anchor: 'pet', ...name('Rex') } } } }],
    ['without a slash', 'a.json#Pet', { 'a.json': { Pet: name('Rex') } }],
    [
      'across several files',
      'a/b.json#/P',
      {
        'a/b.json': { P: { $ref: '../c/d.json#/P' } },
        'c/d.json': { P: { $ref: './e.json' } },
        'c/e.json': { $ref: '#/defs/P', defs: { P: name('Rex') } },
      },
    ],
    [
      'through another reference',
      'a.json#/all/Pet',
      { 'a.json': { all: { $ref: 'b.json' } }, 'b.json': { Pet: name('Rex') } },
    ],
    ['back into the document', 'a.json', { 'a.json': { $ref: './api.yaml#/components/schemas/Pet' } }],
    [
      'within a file in a folder',
      'a/b.json#/P',
      { 'a/b.json': { P: { allOf: [{ $ref: '#/Q' }] }, Q: name('Rex') } },
    ],
    ['by a schema name alone', 'Pet', {}],
  ])('%s', (_, ref, files) => {
    const { json, notes } = bodyOf({ $ref: ref }, files, { components: { schemas: { Pet: name('Rex') } } })
    expect(json).toEqual({ name: 'Rex' })
    expect(notes).toEqual([])
  })

  test('from paths, operations, parameters, bodies, responses and examples', () => {
    const { scenario, notes } = draftOf(
      { '/x/{id}': { $ref: 'paths/x.json' } },
      {
        'paths/x.json': {
          parameters: { $ref: '../parts.json#/parameters' },
          post: { $ref: './post.json' },
        },
        'paths/post.json': {
          operationId: 'make',
          requestBody: { $ref: '../parts.json#/body' },
          responses: { $ref: '../parts.json#/responses' },
        },
        'parts.json': {
          parameters: [{ $ref: '#/id' }],
          id: {
            name: 'id',
            in: 'path',
            required: true,
            schema: { type: 'string' },
            examples: { a: { externalValue: 'id.json' } },
          },
          'id.json': 'not this',
          body: { content: { 'application/json': { example: { $ref: './example.json' } } } },
          responses: { '201': { description: 'ok' } },
        },
        'id.json': '"seven"',
        'example.json': { a: 1 },
      },
    )
    expect(notes).toEqual([])
    expect(scenario.requests).toEqual([
      { name: 'make', weight: 2, post: '/x/seven', json: { a: 1 }, expect: { status: 201 } },
    ])
  })

  test('in a cycle across files, once', () => {
    const files = {
      'a.json': { type: 'object', required: ['b'], properties: { b: { $ref: 'b.json' } } },
      'b.json': {
        type: 'object',
        required: ['n', 'a'],
        properties: { n: { const: 1 }, a: { $ref: './a.json#' } },
      },
    }
    const { json, read } = bodyOf({ $ref: './a.json' }, files)
    expect(json).toEqual({ b: { n: 1 } })
    expect(read).toEqual(['a.json', 'b.json'])
  })

  test.each(['#/components/schemas/Loop', 'loop.json', 'loop.json#/a/b'])(
    'that is nothing but a circle: %s',
    (ref) => {
      const loop = { components: { schemas: { Loop: { $ref: '#/components/schemas/Loop' } } } }
      bodyOf({ $ref: ref }, { 'loop.json': { $ref: './loop.json', a: { $ref: '#/a/b' } } }, loop)
    },
  )

  test('and a discriminator names a schema in a file', () => {
    const files = {
      'pets/cat.json': { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } },
    }
    const schema = {
      oneOf: [{ $ref: './pets/cat.json' }],
      discriminator: { propertyName: 'kind', mapping: { CAT: 'pets/cat.json' } },
    }
    expect(bodyOf(schema, files).json).toEqual({ kind: 'CAT' })
  })
})

describe('an unresolved reference', () => {
  test('to a missing file is noted, and the import continues', () => {
    const { scenario, notes } = bodyOf({ $ref: './no/pet.yaml#/Pet' })
    expect(scenario.requests).toHaveLength(1)
    expect(notes).toContain('references to missing files: no/pet.yaml')
  })

  test('to nothing, or to another host', () => {
    const { notes } = bodyOf(
      { allOf: [{ $ref: 'a.json#/x/-1' }, { $ref: 'https://a.example/b.json' }, { $ref: 'urn:b' }] },
      { 'a.json': { x: [1] } },
    )
    expect(notes).toContain('references that do not resolve: a.json#/x/-1')
    expect(notes).toContain('references to other hosts are not followed: https://a.example/b.json, urn:b')
  })

  test.each([
    '/etc/passwd',
    '../secret.yaml',
    './a/../../secret.yaml',
    '%2e%2e/secret.yaml',
    '..\\secret.yaml',
    '%2Fetc%2Fpasswd#/x',
    'file:///etc/passwd',
    'C:\\secret.yaml',
    '\\\\host\\share\\x.yaml',
    '//host/x.yaml',
    'a%00.yaml',
  ])('outside the folder: %s', (ref) => {
    expect(() => bodyOf({ $ref: ref })).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: `$ref: ${ref} points outside the folder of the document`,
            place: expect.objectContaining({ file: 'docs/api.yaml' }),
          }),
        ],
      }),
    )
  })

  test('to a broken file', () => {
    expect(() => bodyOf({ $ref: 'a/b.json' }, { 'a/b.json': '{"a": [1,' })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ place: expect.objectContaining({ file: 'docs/a/b.json' }) })],
      }),
    )
  })
})

describe('64-bit whole numbers keep their digits', () => {
  const ID = '9223372036854775807'
  const document = (format: 'json' | 'yaml') => {
    const text = JSON.stringify({
      openapi: '3.0.3',
      servers: [{ url: 'http://a.example' }],
      paths: {
        '/x/{id}': {
          post: {
            parameters: [
              {
                name: 'id',
                in: 'path',
                required: true,
                schema: { type: 'integer', format: 'int64', example: 1 },
              },
              {
                name: 'q',
                in: 'query',
                required: true,
                schema: { type: 'array', items: { type: 'integer' }, example: [1] },
              },
            ],
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: {
                      id: { type: 'integer', format: 'int64', example: 1 },
                      uuid: { type: 'string', format: 'uuid' },
                      n: { type: 'integer' },
                      text: { type: 'string', example: `"${ID}" {{x}}` },
                      small: { type: 'integer', example: 5 },
                    },
                  },
                },
              },
            },
            responses,
          },
        },
      },
    })
      .replaceAll('"example":1', `"example":${ID}`)
      .replaceAll('[1]', `[-${ID}, 12]`)
    return format === 'json' ? text : `# YAML\n${text}`
  }

  test.each(['json', 'yaml'] as const)('in %s', (format) => {
    const draft = importOpenapi(document(format), { file: 'a' })
    readDraft(draft)
    expect(draft.scenario.requests[0]).toMatchObject({
      post: `/x/${ID}`,
      query: { q: [`-${ID}`, 12] },
      headers: { 'content-type': 'application/json' },
      body:
        `{"id":${ID},"uuid":"{{ uuid() }}","n":{{ randomInt(1, 1000) }},` +
        `"text":"\\"${ID}\\" \${OPEN_BRACE:-{}{x}}","small":5}`,
    })
  })
})

describe('Swagger 2.0 describes a value next to "in"', () => {
  const draft = (parameters: readonly object[], rest: object = {}, operation: object = {}) =>
    importOpenapi(
      stringify({
        swagger: '2.0',
        host: 'a.example',
        paths: { '/x/{p}': { post: { ...operation, parameters, responses } } },
        ...rest,
      }),
      { file: 'a.yaml' },
    )
  const path = (rest: object) =>
    draft([{ in: 'path', name: 'p', required: true, ...rest }]).scenario.requests[0]!['post']

  test.each<[object, string]>([
    [{ type: 'string' }, '/x/p'],
    [{ type: 'string', format: 'uuid' }, '/x/{{ uuid() }}'],
    [{ type: 'string', enum: ['cat', 'dog'] }, '/x/cat'],
    [{ type: 'string', default: 'me' }, '/x/me'],
    [{ type: 'string', pattern: '^A\\d$' }, '/x/A1'],
    [{ type: 'string', 'x-example': 'ann' }, '/x/ann'],
    [{ type: 'integer', minimum: 5, maximum: 6 }, '/x/{{ randomInt(5, 6) }}'],
    [{ type: 'boolean' }, '/x/true'],
    [{ type: 'array', items: { type: 'string', enum: ['a'] }, minItems: 2 }, '/x/a,a'],
    [
      { type: 'array', items: { type: 'string', enum: ['a'] }, minItems: 2, collectionFormat: 'pipes' },
      '/x/a%7Ca',
    ],
    [{}, '/x/{{ randomInt(1, 1000) }}'],
  ])('in a path: %j', (rest, expected) => {
    expect(path(rest)).toBe(expected)
  })

  test('in queries, headers, forms and bodies', () => {
    const list = { type: 'array', items: { type: 'string' }, 'x-example': ['a', 'b'], required: true }
    const query = ['csv', 'ssv', 'pipes', 'multi'].map((collectionFormat) => ({
      in: 'query',
      name: collectionFormat,
      collectionFormat,
      ...list,
    }))
    const { requests } = draft([
      ...query,
      { in: 'query', name: 'plain', ...list },
      { in: 'header', name: 'X-H', type: 'string', enum: ['h'], required: true },
      { in: 'formData', name: 'f', type: 'file', required: true },
      { in: 'formData', name: 'n', type: 'integer', enum: [3], required: true },
    ]).scenario
    expect(requests[0]).toMatchObject({
      query: { csv: 'a,b', ssv: 'a b', pipes: 'a|b', multi: ['a', 'b'], plain: 'a,b' },
      headers: { 'x-h': 'h' },
      multipart: { f: { file: 'f.bin' }, n: '3' },
    })
    const body = draft([
      { in: 'body', name: 'b', schema: {}, 'x-examples': { 'application/json': { a: 1 } } },
    ])
    expect(body.scenario.requests[0]).toMatchObject({ json: { a: 1 } })
  })

  test.each<[object, string]>([
    [{ host: 'a.example:8080', schemes: ['http'], basePath: 'v2/' }, 'http://a.example:8080/v2'],
    [{ host: 'localhost:3000', schemes: ['http', 'https'], basePath: '/' }, 'https://localhost:3000'],
    [{ host: 'http://a.example/', basePath: '/v2' }, 'http://a.example/v2'],
  ])('in the server: %j', (rest, target) => {
    expect(draft([], rest).scenario.target).toBe(`\${BASE_URL:-${target}}`)
  })

  test('and an operation may have its own scheme', () => {
    const { requests } = draft([], { schemes: ['https'] }, { schemes: ['http'] }).scenario
    expect(requests[0]!['post']).toMatch(/^http:\/\/a\.example\/x\//)
  })

  test.each(['swagger: 2.0', 'swagger: "2.0"', 'openapi: 3.0', 'openapi: 3'])(
    '%s is a version',
    (version) => {
      const text = `${version}\nhost: a.example\npaths: { /x: { get: { responses: {} } } }\n`
      expect(importOpenapi(text, { file: 'a.yaml' }).scenario.requests).toHaveLength(1)
    },
  )
})
