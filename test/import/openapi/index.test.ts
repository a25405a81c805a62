import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { importOpenapi, type OpenapiOptions } from '../../../src/import/openapi/index.js'
import { readDraft } from '../read-draft.js'

const ok = { responses: { '200': { description: 'ok' } } }

/** The draft of a document with these paths. */
function load(paths: object, rest: object = {}, options: Partial<OpenapiOptions> = {}) {
  const document = {
    openapi: '3.0.3',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://a.example' }],
    paths,
    ...rest,
  }
  return importOpenapi(JSON.stringify(document), { file: 'shop.json', ...options })
}

/** The request of a single operation. */
function one(operation: object, { path = '/x', method = 'get', ...rest }: Record<string, unknown> = {}) {
  const draft = load({ [path as string]: { [method as string]: { ...ok, ...operation } } }, rest)
  return { ...draft, request: draft.scenario.requests[0]! as Record<string, unknown> }
}

/** The JSON body for a schema. */
function body(schema: object, schemas: object = {}): unknown {
  const requestBody = { content: { 'application/json': { schema } } }
  const draft = one({ requestBody }, { method: 'post', components: { schemas } })
  readDraft(draft)
  return draft.request['json']
}

const parameter = (name: string, place: string, rest: object = {}) => ({
  name,
  in: place,
  required: true,
  ...rest,
})

describe('a Swagger 2.0 document', () => {
  const document = {
    swagger: '2.0',
    info: { title: 'Swagger Petstore', version: '1.0.7' },
    host: 'petstore.swagger.io',
    basePath: '/v2',
    schemes: ['https', 'http'],
    consumes: ['application/json'],
    produces: ['application/json'],
    paths: {
      '/pet': {
        post: {
          operationId: 'addPet',
          parameters: [{ in: 'body', name: 'body', required: true, schema: { $ref: '#/definitions/Pet' } }],
          responses: { '201': {} },
        },
      },
      '/pet/findByStatus': {
        get: {
          operationId: 'findPetsByStatus',
          parameters: [
            {
              name: 'status',
              in: 'query',
              required: true,
              type: 'array',
              items: { type: 'string', enum: ['available', 'sold'], default: 'available' },
              collectionFormat: 'multi',
            },
          ],
          responses: { '200': {} },
        },
      },
      '/pet/{petId}': {
        parameters: [{ name: 'petId', in: 'path', required: true, type: 'integer', format: 'int64' }],
        get: { operationId: 'getPetById', responses: { '200': {}, '404': {} }, security: [{ api_key: [] }] },
        post: {
          operationId: 'updatePetWithForm',
          consumes: ['application/x-www-form-urlencoded'],
          parameters: [
            { name: 'name', in: 'formData', type: 'string' },
            { name: 'ids', in: 'formData', type: 'array', items: { type: 'integer' }, default: [1, 2] },
            {
              name: 'tags',
              in: 'formData',
              type: 'array',
              items: { type: 'string' },
              default: ['a', 'b'],
              collectionFormat: 'multi',
            },
          ],
          responses: { '405': {} },
        },
        delete: { operationId: 'deletePet', responses: { default: {} } },
      },
      '/pet/{petId}/uploadImage': {
        post: {
          operationId: 'uploadFile',
          consumes: ['multipart/form-data'],
          parameters: [
            { name: 'petId', in: 'path', required: true, type: 'integer' },
            { name: 'note', in: 'formData', type: 'string', required: true },
            { name: 'file', in: 'formData', type: 'file', required: true },
          ],
          responses: { '200': {} },
        },
      },
    },
    securityDefinitions: { api_key: { type: 'apiKey', name: 'api_key', in: 'header' } },
    definitions: {
      Pet: {
        type: 'object',
        required: ['name', 'photoUrls'],
        properties: {
          id: { type: 'integer', readOnly: true },
          name: { type: 'string', example: 'doggie' },
          photoUrls: { type: 'array', items: { type: 'string' } },
          status: { type: 'string', enum: ['available', 'sold'] },
        },
      },
    },
  }

  test('is read in YAML and JSON', () => {
    const draft = importOpenapi(stringify(document), { file: 'petstore.yaml' })
    expect(draft).toEqual(importOpenapi(JSON.stringify(document), { file: 'petstore.json' }))
    expect(draft.scenario).toEqual({
      name: 'Swagger Petstore',
      target: '${BASE_URL:-https://petstore.swagger.io/v2}',
      http: { headers: { accept: 'application/json' } },
      requests: [
        {
          name: 'addPet',
          weight: 2,
          post: '/pet',
          json: { name: 'doggie', photoUrls: ['photoUrl'], status: 'available' },
          expect: { status: 201 },
        },
        {
          name: 'findPetsByStatus',
          weight: 10,
          get: '/pet/findByStatus',
          query: { status: 'available' },
          expect: { status: 200 },
        },
        {
          name: 'getPetById',
          weight: 10,
          get: '/pet/{{ randomInt(1, 1000) }}',
          headers: { api_key: '${API_KEY}' },
          expect: { status: 200 },
        },
        {
          name: 'updatePetWithForm',
          weight: 2,
          post: '/pet/{{ randomInt(1, 1000) }}',
          form: { name: 'name', ids: '1,2', tags: ['a', 'b'] },
        },
        { name: 'deletePet', weight: 1, delete: '/pet/{{ randomInt(1, 1000) }}' },
        {
          name: 'uploadFile',
          weight: 2,
          post: '/pet/{{ randomInt(1, 1000) }}/uploadImage',
          multipart: { note: 'note', file: { file: 'file.bin' } },
          expect: { status: 200 },
        },
      ],
    })
    expect(draft.notes).toEqual([
      'path parameters without an example; write ids that exist: {petId} of getPetById, {petId} of updatePetWithForm, {petId} of deletePet, {petId} of uploadFile',
      'these requests delete data; keep them only where that is safe: deletePet',
      'requests upload these files; put realistic ones next to the scenario: file.bin',
      'set these variables before a run, in the environment or with -e NAME=value: API_KEY',
    ])
  })
})

describe('the target', () => {
  test.each<[string, object, string]>([
    [
      'the first server',
      { servers: [{ url: 'https://a.example/v1/' }, { url: 'https://b.example' }] },
      '${BASE_URL:-https://a.example/v1}',
    ],
    [
      'with the defaults of its variables',
      {
        servers: [
          {
            url: '{scheme}://{host}/api',
            variables: { scheme: { default: 'http' }, host: { enum: ['a.example'], default: 'a.example' } },
          },
        ],
      },
      '${BASE_URL:-http://a.example/api}',
    ],
    ['without a scheme', { servers: [{ url: '//a.example/v1' }] }, '${BASE_URL:-https://a.example/v1}'],
    ['without a host', { servers: [{ url: '/api/v3' }] }, '${BASE_URL}/api/v3'],
    ['none at all', { servers: undefined }, '${BASE_URL}'],
    [
      'of version 2 without schemes',
      { openapi: undefined, swagger: '2.0', host: 'a.example:8080', basePath: 'api/' },
      '${BASE_URL:-https://a.example:8080/api}',
    ],
    ['of version 2 without a host', { openapi: undefined, swagger: '2.0', basePath: '/' }, '${BASE_URL}'],
    [
      'with a hostile URL',
      { servers: [{ url: 'https://a.example/}${HOME}"' }] },
      '${BASE_URL:-https://a.example/%7D%24%7BHOME%7D%22}',
    ],
  ])('%s', (_, rest, target) => {
    const draft = load({ '/x': { get: ok } }, rest)
    expect(draft.scenario.target).toBe(target)
    readDraft(draft, { BASE_URL: 'http://localhost:3000' })
  })

  test.each([
    ['http://localhost:3000', '${BASE_URL:-http://localhost:3000/v1}'],
    ['http://localhost:3000/api', '${BASE_URL:-http://localhost:3000/api}'],
  ])('given as %s is %s', (given, target) => {
    const draft = load(
      { '/x': { get: ok } },
      { servers: [{ url: 'https://a.example/v1' }] },
      { target: given },
    )
    expect(draft.scenario.target).toBe(target)
  })

  const old = { openapi: undefined, swagger: '2.0', servers: undefined }
  const noHost = 'perfctl cannot send to this server'
  test.each<[string, object, string, string]>([
    [
      'has no query',
      { servers: [{ url: 'https://a.example/v1?key=s3cret' }] },
      '${BASE_URL:-https://a.example/v1}',
      'left out the query or fragment of a server URL: https://a.example/v1',
    ],
    [
      'has no fragment',
      { ...old, host: 'a.example', basePath: '/v1/#top' },
      '${BASE_URL:-https://a.example/v1}',
      'left out the query or fragment of a server URL: https://a.example/v1/',
    ],
    [
      'has no login',
      { servers: [{ url: 'https://me:s3cret@a.example/v1' }] },
      '${BASE_URL:-https://a.example/v1}',
      'left out the user and password of a server URL: https://a.example/v1',
    ],
    ['is left open if the host is blank', { ...old, host: 'a b', basePath: '/v1' }, '${BASE_URL}/v1', noHost],
    [
      'is left open if the port is too high',
      { servers: [{ url: 'http://a:99999/v1' }] },
      '${BASE_URL}/v1',
      noHost,
    ],
    ['is left open if the host has invalid characters', { ...old, host: 'a%b' }, '${BASE_URL}', noHost],
    [
      'is left open if the protocol is unsupported',
      { servers: [{ url: 'ws+x://a/v1' }] },
      '${BASE_URL}/v1',
      noHost,
    ],
  ])('%s', (_, rest, target, note) => {
    const draft = load({ '/x': { get: ok } }, rest)
    expect(draft.scenario.target).toBe(target)
    expect(draft.notes.join('\n')).toContain(note)
    expect(draft.notes.join('\n')).not.toContain('s3cret')
    readDraft(draft, { BASE_URL: 'http://localhost:3000' })
  })

  test('of one operation, if it has no host, is a path below the target', () => {
    const draft = one({ servers: [{ url: 'https://a b/v9?q#f' }] })
    expect(draft.request['get']).toBe('https://a.example/v9/x')
    readDraft(draft)
  })

  test('of one operation makes its URL absolute', () => {
    expect(one({ servers: [{ url: 'https://files.example/up' }] }).request['get']).toBe(
      'https://files.example/up/x',
    )
    expect(one({ servers: [{ url: 'https://files.example' }], operationId: 'up' }).notes).toContain(
      'sent to their own server, whatever the target: up (https://files.example)',
    )
    expect(one({ servers: [{ url: '/v9' }] }).request['get']).toBe('https://a.example/v9/x')
    expect(one({ servers: [{ url: 'https://a.example' }] }).request['get']).toBe('/x')
  })
})

describe('headers that cannot be sent are left out and noted', () => {
  const left = 'left out headers that are not valid in HTTP'

  test.each(['text/\u0001plain', 'application/x+json\n', 'application/x\u20ac'])(
    'the media type %j',
    (type) => {
      const example = type.includes('json') ? { a: 1 } : 'x'
      const old = {
        openapi: undefined,
        swagger: '2.0',
        consumes: [type],
        host: 'a.example',
        operationId: 'send',
      }
      const drafts = [
        one({ operationId: 'send', requestBody: { content: { [type]: { example } } } }, { method: 'post' }),
        one(
          { operationId: 'send', parameters: [{ in: 'body', name: 'b', example }] },
          { ...old, method: 'post' },
        ),
      ]
      for (const draft of drafts) {
        expect(draft.request['headers']).toBeUndefined()
        expect(draft.notes).toContain(`${left}: content-type of send`)
        readDraft(draft)
      }
    },
  )

  test('cookies and headers that the connection sets', () => {
    const parameters = [
      parameter('a', 'cookie', { example: 'x\ny' }),
      parameter('Transfer-Encoding', 'header', { example: 'chunked' }),
    ]
    const draft = one({ operationId: 'get', parameters })
    expect(draft.request['headers']).toBeUndefined()
    expect(draft.notes).toContain(`${left}: cookie of get, Transfer-Encoding of get`)
    readDraft(draft)
  })

  test.each(['key[]', 'Upgrade'])('an API key in the header %s', (name) => {
    const schemes = { k: { type: 'apiKey', in: 'header', name } }
    const draft = one({ security: [{ k: [] }] }, { components: { securitySchemes: schemes } })
    expect(draft.notes.join('\n')).toContain('sent without a login, because perfctl does not support k')
    readDraft(draft)
  })
})

describe('parameters', () => {
  test.each<[string, object, string]>([
    ['an example', { example: 'a b/c' }, '/x/a%20b%2Fc'],
    ['the first of several examples', { examples: { one: { value: 'v' } } }, '/x/v'],
    ['an example by reference', { examples: { one: { $ref: '#/components/examples/E' } } }, '/x/e'],
    ["the schema's example", { schema: { type: 'string', example: 'v' } }, '/x/v'],
    ['a default', { schema: { type: 'string', default: 'v' } }, '/x/v'],
    ['an enum', { schema: { type: 'string', enum: ['v', 'w'] } }, '/x/v'],
    ['a whole number', { schema: { type: 'integer' } }, '/x/{{ randomInt(1, 1000) }}'],
    [
      'a bounded whole number',
      { schema: { type: 'integer', minimum: 5, exclusiveMaximum: 9 } },
      '/x/{{ randomInt(5, 8) }}',
    ],
    ['a UUID', { schema: { type: 'string', format: 'uuid' } }, '/x/{{ uuid() }}'],
    ['a date', { schema: { type: 'string', format: 'date' } }, "/x/{{ date('+1d..+30d') }}"],
    ['text', { schema: { type: 'string' } }, '/x/id'],
    ['a list', { schema: { type: 'array', items: { type: 'string', example: 'v' }, minItems: 2 } }, '/x/v,v'],
    ['a list of text with commas', { example: ['a,b', 'c'] }, '/x/a%2Cb,c'],
    ['an object', { example: { a: 1, b: 'x y' } }, '/x/a,1,b,x%20y'],
    ['an exploded object', { example: { a: 1, b: 2 }, explode: true }, '/x/a=1,b=2'],
    ['a list as labels', { style: 'label', example: [1, 2], explode: true }, '/x/.1.2'],
    ['a list as a matrix', { style: 'matrix', example: [1, 2], explode: true }, '/x/;id=1;id=2'],
    ['an object as a matrix', { style: 'matrix', example: { a: 1, b: 2 }, explode: true }, '/x/;a=1;b=2'],
    ['an object in a matrix', { style: 'matrix', example: { a: 1, b: 2 } }, '/x/;id=a,1,b,2'],
    ['literal template syntax', { example: '{{ x }}${y}' }, '/x/%7B%7B%20x%20%7D%7D%24%7By%7D'],
    ['nothing', {}, '/x/{{ randomInt(1, 1000) }}'],
    ['a label', { style: 'label', example: 5 }, '/x/.5'],
    ['a matrix', { style: 'matrix', example: 5 }, '/x/;id=5'],
  ])('of a path: %s', (_, rest, path) => {
    const components = { examples: { E: { value: 'e' } } }
    const draft = one({ parameters: [parameter('id', 'path', rest)] }, { path: '/x/{id}', components })
    expect(draft.request['get']).toBe(path)
    readDraft(draft)
  })

  test('of a path, undocumented', () => {
    const draft = one({}, { path: '/x/{id}' })
    expect(draft.request['get']).toBe('/x/{{ randomInt(1, 1000) }}')
    expect(draft.notes.join()).toContain('write ids that exist: {id} of GET /x/{id}')
  })

  test.each<[string, object, object]>([
    ['a number', { example: 5 }, { query: { q: 5 } }],
    ['text of digits', { example: '007' }, { query: { q: '007' } }],
    ['several values', { example: ['a', 'b c'] }, { get: '/x', query: { q: ['a', 'b c'] } }],
    [
      'several values, comma-separated',
      { example: ['a', 'b'], explode: false, schema: {} },
      { query: { q: 'a,b' } },
    ],
    [
      'several values, space-separated',
      { example: ['a', 'b'], style: 'spaceDelimited', schema: {} },
      { query: { q: 'a b' } },
    ],
    ['an object', { example: { a: 1, b: 2 }, schema: {} }, { query: { a: 1, b: 2 } }],
    ['a deep object', { example: { a: 1 }, style: 'deepObject', schema: {} }, { query: { 'q[a]': 1 } }],
    [
      'JSON',
      {
        content: {
          'application/json': {
            schema: { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
          },
        },
      },
      { query: { q: '{"a":1}' } },
    ],
  ])('of a query: %s', (_, rest, request) => {
    const draft = one({
      parameters: [parameter('q', 'query', { ...('content' in rest ? {} : { schema: {} }), ...rest })],
    })
    expect(draft.request).toMatchObject(request)
    readDraft(draft)
  })

  test('optional ones are sent if the document has a value for them', () => {
    const optional = (name: string, schema: object) => parameter(name, 'query', { required: false, schema })
    const { request, notes } = one({
      operationId: 'op',
      parameters: [optional('a', { type: 'integer' }), optional('b', { type: 'integer', default: 1 })],
    })
    expect(request['query']).toEqual({ b: 1 })
    expect(notes).toContain('left out optional parameters without an example: a of op')
  })

  test('of headers and cookies', () => {
    const { request } = one({
      parameters: [
        parameter('X-Tenant', 'header', { example: 't' }),
        parameter('Authorization', 'header', { example: 'secret' }),
        parameter('sid', 'cookie', { schema: { type: 'integer' } }),
        parameter('lang', 'cookie', { example: 'en' }),
      ],
    })
    expect(request['headers']).toEqual({ 'x-tenant': 't', cookie: 'sid={{ randomInt(1, 1000) }}; lang=en' })
  })

  test('of an operation override those of its path', () => {
    const paths = {
      '/x': {
        parameters: [{ $ref: '#/components/parameters/Page' }, parameter('b', 'query', { example: 1 })],
        get: { ...ok, parameters: [parameter('b', 'query', { example: 2 })] },
      },
    }
    const draft = load(paths, {
      components: { parameters: { Page: parameter('page', 'query', { example: 3 }) } },
    })
    expect(draft.scenario.requests[0]).toMatchObject({ query: { page: 3, b: 2 } })
  })
})

describe('a body is made of', () => {
  test.each<[string, object, unknown]>([
    ['an example', { type: 'object', example: { a: [1, 'x'] } }, { a: [1, 'x'] }],
    ['an example in JSON text', { type: 'object', example: '{"a": 1}' }, { a: 1 }],
    ['the first of examples (3.1)', { type: 'string', examples: ['v', 'w'] }, 'v'],
    ['a constant', { const: 'v' }, 'v'],
    [
      'numbers',
      {
        type: 'object',
        properties: { a: { type: 'integer' }, b: { type: 'number', minimum: 0, maximum: 10 } },
      },
      { a: '{{ randomInt(1, 1000) }}', b: '{{ randomInt(0, 10) }}' },
    ],
    ['numbers without room', { type: 'number', minimum: 0.1, maximum: 0.3 }, 0.2],
    ['negative numbers', { type: 'integer', maximum: -1 }, '{{ randomInt(-1000, -1) }}'],
    ['multiples', { type: 'integer', minimum: 7, multipleOf: 5 }, 10],
    ['64-bit bounds', { type: 'integer', minimum: 0, maximum: 2 ** 63 }, '{{ randomInt(0, 1000) }}'],
    [
      'exclusive bounds (3.0)',
      { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 3 },
      '{{ randomInt(1, 3) }}',
    ],
    [
      'exclusive bounds (3.1)',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 3 },
      '{{ randomInt(1, 2) }}',
    ],
    ['an example in the wrong type', { type: 'integer', example: '5' }, 5],
    ['an invalid example', { type: 'boolean', example: 'yes' }, true],
    [
      'text of a given length',
      {
        type: 'object',
        properties: { ab: { type: 'string', minLength: 4 }, abcdef: { type: 'string', maxLength: 3 } },
      },
      { ab: 'abxx', abcdef: 'abc' },
    ],
    ['text that matches a pattern', { type: 'string', pattern: '^[A-Z]{3}-\\d{2,4}$' }, 'AAA-11'],
    [
      'text that matches a pattern and a length',
      { type: 'string', pattern: '^[a-z]+$', minLength: 4, maxLength: 5 },
      'aaaa',
    ],
    [
      'required but undescribed properties',
      { type: 'object', required: ['a', 'b'], properties: { b: { type: 'boolean' } } },
      { b: true, a: 'a' },
    ],
    [
      'required properties described by additionalProperties',
      { type: 'object', required: ['a'], additionalProperties: { type: 'boolean' } },
      { a: true },
    ],
    [
      'distinct enum values',
      { type: 'array', minItems: 2, uniqueItems: true, items: { enum: ['a', 'b', 'c'] } },
      ['a', 'b'],
    ],
    [
      'distinct texts',
      { type: 'array', minItems: 2, uniqueItems: true, items: { type: 'string' } },
      ['body', 'body2'],
    ],
    [
      'passwords of a given length',
      { type: 'string', format: 'password', minLength: 12 },
      '${PASSWORD:-Pa55-wordxxx}',
    ],
    ['nullable types', { type: ['string', 'null'], format: 'uuid' }, '{{ uuid() }}'],
    ['moments', { type: 'string', format: 'date-time' }, "{{ date('+1d..+30d') }}T12:00:00Z"],
    [
      'addresses',
      { type: 'object', properties: { email: { type: 'string' }, url: { type: 'string', format: 'uri' } } },
      {
        email: 'user{{ randomInt(1, 1000000) }}@example.com',
        url: 'https://example.com/{{ randomInt(1, 1000) }}',
      },
    ],
    ['passwords', { type: 'string', format: 'password' }, '${PASSWORD:-Pa55-word}'],
    ['lists', { type: 'array', minItems: 2, items: { type: 'boolean' } }, [true, true]],
    [
      'required properties and those with a value',
      {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string', default: 'v' } },
      },
      { a: 'a', c: 'v' },
    ],
    [
      'properties that are not read-only',
      {
        type: 'object',
        properties: { id: { type: 'integer', readOnly: true }, pin: { type: 'string', writeOnly: true } },
      },
      { pin: 'pin' },
    ],
    [
      'free keys',
      { type: 'object', minProperties: 1, additionalProperties: { type: 'boolean' } },
      { key: true },
    ],
    [
      'allOf',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'boolean' } } },
          { properties: { b: { type: 'boolean' } } },
        ],
      },
      { a: true, b: true },
    ],
    ['the first of oneOf', { oneOf: [{ type: 'null' }, { type: 'boolean' }, { type: 'string' }] }, true],
    [
      'oneOf with common properties',
      { properties: { a: { type: 'boolean' } }, anyOf: [{ properties: { b: { type: 'boolean' } } }] },
      { a: true, b: true },
    ],
    ['an empty schema', {}, 'body'],
    ['literal templates', { type: 'string', example: '{{ x }} ${y}' }, '${OPEN_BRACE:-{}{ x }} $${y}'],
  ])('%s', (_, schema, value) => {
    expect(body(schema)).toEqual(value)
  })

  test('circular schemas, cut at the cycle', () => {
    const Node = {
      type: 'object',
      required: ['name', 'next'],
      properties: {
        name: { type: 'boolean' },
        next: { $ref: '#/components/schemas/Node' },
        all: { type: 'array', items: { $ref: '#/components/schemas/Node' } },
      },
    }
    expect(body({ $ref: '#/components/schemas/Node' }, { Node })).toEqual({ name: true })
    const Tree = {
      type: 'object',
      properties: {
        name: { type: 'boolean' },
        all: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
      },
    }
    expect(body({ $ref: '#/components/schemas/Tree' }, { Tree })).toEqual({ name: true, all: [] })
    expect(body({ $ref: '#/components/schemas/A' }, { A: { $ref: '#/components/schemas/A' } })).toBe('body')
    const Loop = { allOf: [{ $ref: '#/components/schemas/Loop' }, { type: 'boolean' }] }
    expect(body({ $ref: '#/components/schemas/Loop' }, { Loop })).toBe(true)
  })

  test('the subclass that a discriminator names', () => {
    const schemas = {
      Pet: {
        type: 'object',
        required: ['kind'],
        properties: { kind: { type: 'string' } },
        discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat' } },
      },
      Cat: {
        allOf: [
          { $ref: '#/components/schemas/Pet' },
          { type: 'object', properties: { lives: { type: 'boolean' } } },
        ],
      },
    }
    expect(
      body(
        {
          oneOf: [{ $ref: '#/components/schemas/Cat' }],
          discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat' } },
        },
        schemas,
      ),
    ).toEqual({ kind: 'cat' })
  })

  test('names with slashes and tildes', () => {
    expect(body({ $ref: '#/components/schemas/a~1b~0c%20d' }, { 'a/b~c d': { const: 'v' } })).toBe('v')
  })

  test('bounded samples, however large the schema', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `S${n}`,
        {
          type: 'object',
          required: ['a', 'b', 'c'],
          properties: Object.fromEntries(
            ['a', 'b', 'c'].map((name) => [
              name,
              n === 29 ? { type: 'boolean' } : { $ref: `#/components/schemas/S${n + 1}` },
            ]),
          ),
        },
      ]),
    )
    expect(JSON.stringify(body({ $ref: '#/components/schemas/S0' }, schemas)).length).toBeLessThan(100_000)
  })

  test('a pattern with a backreference is noted', () => {
    const requestBody = {
      content: {
        'application/json': {
          schema: { type: 'object', properties: { code: { type: 'string', pattern: '^(a|b)\\1$' } } },
        },
      },
    }
    const { notes } = one({ operationId: 'op', requestBody }, { method: 'post' })
    expect(notes).toContain('made-up values that must match a pattern; check them: code of op')
  })

  test.each<[string, object, object]>([
    [
      'JSON before all others',
      { 'text/plain': {}, 'application/json': { example: { a: 1 } } },
      { json: { a: 1 } },
    ],
    [
      'the example of the media type',
      { 'application/json': { examples: { one: { value: { a: 1 } } }, schema: { type: 'object' } } },
      { json: { a: 1 } },
    ],
    [
      'another kind of JSON',
      { 'application/merge-patch+json': { example: {} } },
      { headers: { 'content-type': 'application/merge-patch+json' }, json: {} },
    ],
    [
      'a form',
      {
        'application/x-www-form-urlencoded': {
          schema: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'boolean' } } },
        },
      },
      { form: { a: '{{ randomInt(1, 1000) }}', b: 'true' } },
    ],
    [
      'a form with lists',
      {
        'application/x-www-form-urlencoded': {
          example: { a: [1, 'x'], b: [2, 3], c: [4], d: [] },
          encoding: { b: { explode: false } },
        },
      },
      { form: { a: ['1', 'x'], b: '2,3', c: '4', d: '' } },
    ],
    [
      'parts',
      {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              a: { type: 'object', properties: { b: { type: 'boolean' } } },
              f: { type: 'string', format: 'binary' },
            },
          },
        },
      },
      { multipart: { a: { json: { b: true } }, f: { file: 'f.bin' } } },
    ],
    [
      'a file',
      { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      { headers: { 'content-type': 'application/octet-stream' }, file: 'op.bin' },
    ],
    [
      'text',
      { 'text/plain': { schema: { type: 'string' } } },
      { headers: { 'content-type': 'text/plain' }, body: 'text' },
    ],
    [
      'XML with an example',
      { 'application/xml': { example: '<a/>' } },
      { headers: { 'content-type': 'application/xml' }, body: '<a/>' },
    ],
    ['XML without an example', { 'application/xml': { schema: { type: 'object' } } }, {}],
  ])('as media type: %s', (_, content, keys) => {
    const { request } = one({ operationId: 'op', requestBody: { content } }, { method: 'post' })
    const { name: __, weight: ___, post: ____, expect: _____, ...rest } = request
    expect(rest).toEqual(keys)
  })
})

describe('security', () => {
  const schemes = {
    bearer: { type: 'http', scheme: 'Bearer' },
    login: { type: 'http', scheme: 'basic' },
    oauth: { type: 'oauth2' },
    key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    query: { type: 'apiKey', in: 'query', name: 'key' },
    cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
    tls: { type: 'mutualTLS' },
  }
  const components = { securitySchemes: schemes }

  test.each<[string, object[], object | undefined, object]>([
    ['a token', [{ bearer: [] }], { auth: { bearer: '${API_TOKEN}' } }, {}],
    ['OAuth 2', [{ oauth: ['read'] }], { auth: { bearer: '${API_TOKEN}' } }, {}],
    ['a login', [{ login: [] }], { auth: { basic: '${API_USER}:${API_PASSWORD}' } }, {}],
    ['a key in a header', [{ key: [] }], { headers: { 'x-key': '${API_KEY}' } }, {}],
    ['a key in the query', [{ query: [] }], undefined, { query: { key: '${API_KEY}' } }],
    ['a key in a cookie', [{ cookie: [] }], undefined, { headers: { cookie: 'sid=${API_KEY}' } }],
    [
      'two combined',
      [{ bearer: [], key: [] }],
      { auth: { bearer: '${API_TOKEN}' }, headers: { 'x-key': '${API_KEY}' } },
      {},
    ],
    [
      'the first supported alternative',
      [{ tls: [] }, { key: [] }],
      { headers: { 'x-key': '${API_KEY}' } },
      {},
    ],
    ['none as an alternative', [{}], undefined, {}],
  ])('%s', (_, security, http, request) => {
    const draft = load({ '/x': { get: ok } }, { components, security })
    expect(draft.scenario.http).toEqual(http)
    expect(draft.scenario.requests[0]).toMatchObject(request)
    readDraft(draft)
  })

  test('what perfctl does not support is noted', () => {
    expect(load({ '/x': { get: ok } }, { components, security: [{ tls: [] }] }).notes).toContain(
      'sent without a login, because perfctl does not support tls: GET /x',
    )
  })

  test('the login that most operations share is under http, others are in their requests', () => {
    const draft = load(
      {
        '/a': { get: ok },
        '/b': { get: ok },
        '/c': { get: { ...ok, security: [{ key: [] }] } },
        '/d': { get: { ...ok, security: [] } },
      },
      { components, security: [{ bearer: [] }] },
    )
    expect(draft.scenario.http).toEqual({ auth: { bearer: '${API_TOKEN}' } })
    expect(draft.scenario.requests.map(({ auth, headers }) => auth ?? headers)).toEqual([
      undefined,
      undefined,
      { 'x-key': '${API_KEY}' },
      undefined,
    ])
    expect(draft.notes).toContain('send the login under http, although they need none: GET /d')
    const few = load(
      { '/a': { get: { ...ok, security: [{ bearer: [] }] } }, '/b': { get: ok }, '/c': { get: ok } },
      { components },
    )
    expect(few.scenario.http).toBeUndefined()
    expect(few.scenario.requests[0]).toMatchObject({ auth: { bearer: '${API_TOKEN}' } })
  })
})

describe('the expected status', () => {
  test.each<[string[], unknown]>([
    [['200', '404'], 200],
    [['default'], undefined],
    [
      ['204', '202'],
      [202, 204],
    ],
    [['2XX'], '2xx'],
    [['302', '400'], 302],
    [['x-note', '404'], undefined],
  ])('for the documented %j: %j', (statuses, status) => {
    const responses = Object.fromEntries(statuses.map((code) => [code, {}]))
    const draft = load({ '/x': { get: { responses } } })
    expect((draft.scenario.requests[0] as { expect?: { status: unknown } }).expect?.status).toEqual(status)
    readDraft(draft)
  })
})

test('requests are named by operation, and names are unique', () => {
  const draft = load(
    {
      '/a': { get: { ...ok, operationId: 'list' }, head: ok },
      '/b': { get: { ...ok, operationId: 'list' }, trace: ok, parameters: [] },
      'x-internal': { get: ok },
      '/c': { $ref: '#/components/pathItems/C' },
    },
    { components: { pathItems: { C: { get: { ...ok, operationId: 'c' } } } } },
  )
  expect(draft.scenario.requests.map(({ name }) => name)).toEqual(['list', 'HEAD /a', 'list (2)', 'c'])
  expect(draft.notes).toContain('left out because perfctl does not support the method TRACE: TRACE /b')
})

test('references to other files are noted', () => {
  const { notes } = one(
    { requestBody: { content: { 'application/json': { schema: { $ref: 'pet.yaml#/Pet' } } } } },
    { method: 'post' },
  )
  expect(notes).toContain(
    'references to other files are followed only by perfctl import openapi FILE: pet.yaml',
  )
})

test('webhooks, other servers and deprecated operations are noted', () => {
  const { notes } = one(
    { deprecated: true, operationId: 'old' },
    { webhooks: { made: {} }, servers: [{ url: 'http://a.example' }, { url: 'http://b.example' }] },
  )
  expect(notes).toEqual([
    'kept deprecated operations: old',
    'left out webhooks, which the service sends: made',
    'other servers in the document: http://b.example',
  ])
})

describe('an invalid document', () => {
  test.each([
    ['{"openapi": "4.0.0"}', 'OpenAPI 4.0.0 is not supported', 'supported versions are 2.0, 3.0 and 3.1'],
    [
      '{"info": {"_postman_id": "x"}, "item": []}',
      'not an OpenAPI document',
      'this is a Postman collection: run perfctl import postman f.yaml',
    ],
    [
      'hello: world',
      'not an OpenAPI document',
      'the document must have openapi: 3.1.0 or swagger: "2.0" at its top level',
    ],
    [
      'openapi: 3.0.0',
      'the document has no operations under paths',
      'import a document that describes the requests of a service',
    ],
    ['  ', 'the file is empty', null],
  ])('%s', (text, message, hint) => {
    expect(() => importOpenapi(text, { file: 'f.yaml' })).toThrow(
      expect.objectContaining({ problems: [{ message: `f.yaml: ${message}`, place: null, hint }] }),
    )
  })

  test('broken YAML is reported with its place', () => {
    expect(() => importOpenapi('openapi: 3.0.0\npaths:\n\t/x: {}\n', { file: 'f.yaml' })).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            place: expect.objectContaining({ line: 3 }),
            message: 'a tab is used for indentation',
          }),
        ],
      }),
    )
  })

  test('JSON with a trailing comma is read', () => {
    const text = '{"openapi": "3.0.0", "paths": {"/x": {"get": {},},},}'
    expect(importOpenapi(text, { file: 'f.json' }).scenario.requests).toHaveLength(1)
  })

  test('endless aliases are rejected', () => {
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 20 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]\n`).join('')}`
    expect(() => importOpenapi(`openapi: 3.0.0\n${bomb}`, { file: 'f.yaml' })).toThrow(
      'aliases repeat too many values',
    )
  })

  test('hostile values do no harm', () => {
    const paths = {
      '/x': {
        get: {
          parameters: [null, 5, { name: '__proto__', in: 'query', required: true }, { name: 'a', in: 5 }],
          responses: 5,
          security: [5, null],
          operationId: 5,
          requestBody: [],
        },
      },
      '/y': 5,
    }
    const draft = importOpenapi(
      `{"openapi":"3.0.0","servers":[5],"components":5,"paths":${JSON.stringify(paths)}}`,
      { file: 'f.json' },
    )
    expect(draft.scenario.requests).toEqual([{ name: '5', weight: 10, get: '/x?__proto__=__proto__' }])
  })
})
