/**
 * What other programs write down, as they write it: the good inputs of the importers.
 */

const POST_JSON = { mimeType: 'application/json', text: '{"email":"a@b.example","n":[1,2.5,null]}' }

/** Two recordings of browsers. */
export const HARS = [
  har(
    entry('GET', 'https://shop.example/', { answer: '<html></html>', type: 'text/html' }),
    entry('POST', 'https://shop.example/api/login', {
      at: 1,
      post: POST_JSON,
      answer: '{"token":"eyJhbGciOiJIUzI1NiJ9.e30.sig","id":2733382000000000049}',
    }),
    entry('GET', 'https://shop.example/api/cart?id=2733382000000000049&q=a%20b', {
      at: 2,
      headers: { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.sig', cookie: 'sid=12345678' },
    }),
    entry('GET', 'https://shop.example/logo.png', { at: 2, type: 'image/png' }),
  ),
  har(
    entry('POST', 'https://shop.example/upload', {
      post: {
        mimeType: 'multipart/form-data; boundary=x',
        params: [
          { name: 'title', value: 'a' },
          { name: 'file', fileName: 'a.png', contentType: 'image/png' },
        ],
      },
    }),
    entry('PUT', 'https://shop.example/form', {
      at: 3,
      post: {
        mimeType: 'application/x-www-form-urlencoded',
        text: 'a=1&b=x%20y',
        params: [{ name: 'a', value: '1' }],
      },
    }),
  ),
]

function har(...entries) {
  return { log: { version: '1.2', creator: { name: 'WebInspector', version: '1' }, pages: [], entries } }
}

function entry(method, url, { at = 0, headers = {}, post, answer = '{}', type = 'application/json' } = {}) {
  return {
    startedDateTime: new Date(Date.UTC(2026, 4, 1) + at * 1000).toISOString(),
    time: 12.5,
    request: {
      method,
      url,
      httpVersion: 'http/2.0',
      headers: Object.entries({ ':authority': 'shop.example', ...headers }).map(([name, value]) => ({
        name,
        value,
      })),
      queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
      cookies: [],
      ...(post && { postData: post }),
    },
    response: {
      status: 200,
      headers: [{ name: 'Set-Cookie', value: 'sid=12345678; Path=/' }],
      cookies: [{ name: 'sid', value: '12345678' }],
      content: { mimeType: type, text: answer, size: answer.length },
    },
    timings: { send: 0, wait: 10, receive: 2.5 },
  }
}

const url = (raw) => ({ raw, host: ['{{baseUrl}}'], path: raw.split('/').slice(1) })

/** A collection with folders, variables, scripts, logins and all kinds of bodies. */
export const POSTMANS = [
  {
    info: {
      name: 'Shop',
      description: 'all of it',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: 'https://shop.example/api' },
      { key: 'size', value: 10 },
    ],
    event: [{ listen: 'prerequest', script: { exec: ['pm.variables.set("now", Date.now());'] } }],
    item: [
      {
        name: 'users',
        item: [
          {
            name: 'log in',
            event: [
              {
                listen: 'test',
                script: {
                  type: 'text/javascript',
                  exec: [
                    'pm.test("ok", function () { pm.response.to.have.status(200); });',
                    'const json = pm.response.json();',
                    'pm.environment.set("token", json.data.token);',
                    'pm.expect(pm.response.responseTime).to.be.below(200);',
                    'pm.expect(json.items.length).to.equal(2);',
                  ],
                },
              },
            ],
            request: {
              method: 'POST',
              url: url('{{baseUrl}}/login'),
              header: [{ key: 'X-Trace', value: '{{$guid}}' }],
              body: {
                mode: 'raw',
                raw: '{"email": "{{$randomEmail}}", "size": {{size}}}',
                options: { raw: { language: 'json' } },
              },
            },
          },
          {
            name: 'list',
            request: {
              method: 'GET',
              url: {
                raw: '{{baseUrl}}/users/:id?page=1&q={{q}}',
                host: ['{{baseUrl}}'],
                path: ['users', ':id'],
                query: [
                  { key: 'page', value: '1' },
                  { key: 'q', value: '{{q}}', disabled: false },
                ],
                variable: [{ key: 'id', value: '7' }],
              },
              auth: { type: 'basic', basic: { username: 'bob', password: 'hunter22' } },
            },
          },
        ],
      },
      {
        name: 'upload',
        request: {
          method: 'POST',
          url: 'https://shop.example/upload',
          body: {
            mode: 'formdata',
            formdata: [
              { key: 'title', value: 'x', type: 'text' },
              { key: 'file', type: 'file', src: '/C:/Users/me/a.png' },
            ],
          },
        },
      },
      {
        name: 'form',
        request: {
          method: 'PUT',
          url: 'shop.example/form',
          body: { mode: 'urlencoded', urlencoded: [{ key: 'a', value: '{{b}}' }] },
        },
      },
      {
        name: 'query',
        request: {
          method: 'POST',
          url: 'shop.example/graphql',
          body: { mode: 'graphql', graphql: { query: '{ a(id: 1) { b } }', variables: '{"x": 1}' } },
        },
      },
    ],
  },
]

/** A document of version 3 with references, and one of version 2. */
export const OPENAPIS = [
  {
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [
      { url: 'https://{host}/v1', variables: { host: { default: 'shop.example', enum: ['shop.example'] } } },
    ],
    security: [{ key: [] }],
    paths: {
      '/pets/{id}': {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1, maximum: 99 } },
        ],
        get: {
          operationId: 'getPet',
          parameters: [
            {
              name: 'limit',
              in: 'query',
              required: true,
              schema: { type: 'integer', format: 'int64', example: 10 },
            },
            {
              name: 'tags',
              in: 'query',
              required: true,
              explode: false,
              schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
            },
            { name: 'X-Id', in: 'header', required: true, schema: { type: 'string', format: 'uuid' } },
          ],
          responses: {
            200: {
              description: 'ok',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
            },
          },
        },
        put: {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
          },
          responses: { 204: { description: 'done' } },
        },
      },
      '/upload': {
        post: {
          tags: ['files'],
          security: [{ oauth: ['write'] }],
          requestBody: {
            content: {
              'multipart/form-data': {
                schema: {
                  type: 'object',
                  properties: {
                    file: { type: 'string', format: 'binary' },
                    note: { type: 'string', maxLength: 3 },
                  },
                },
              },
            },
          },
          responses: { default: { description: 'any' } },
        },
      },
    },
    components: {
      schemas: {
        Pet: {
          type: 'object',
          required: ['id', 'name', 'born'],
          properties: {
            id: { type: 'integer', readOnly: true },
            name: { type: 'string', pattern: '^[a-z]{2,5}(-[0-9]+)?$' },
            born: { type: ['string', 'null'], format: 'date-time' },
            kind: { oneOf: [{ const: 'cat' }, { const: 'dog' }] },
            price: { type: 'number', multipleOf: 0.5, exclusiveMinimum: 0 },
            parent: { $ref: '#/components/schemas/Pet' },
            more: {
              allOf: [
                { $ref: '#/components/schemas/Base' },
                { type: 'object', properties: { x: { type: 'boolean' } } },
              ],
            },
            map: { type: 'object', additionalProperties: { type: 'string' } },
          },
        },
        Base: {
          type: 'object',
          properties: { list: { type: 'array', minItems: 2, items: { type: 'integer' } } },
        },
      },
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-Key' },
        oauth: { type: 'oauth2', flows: {} },
      },
    },
  },
  {
    swagger: '2.0',
    info: { title: 'Pets', version: '1' },
    host: 'pets.example',
    basePath: '/v2',
    schemes: ['https'],
    consumes: ['application/json'],
    paths: {
      '/pet/{name}': {
        post: {
          parameters: [
            { name: 'name', in: 'path', required: true, type: 'string', enum: ['rex'] },
            { name: 'body', in: 'body', schema: { $ref: '#/definitions/Pet' } },
            { name: 'n', in: 'formData', type: 'integer' },
          ],
          responses: { 201: { description: 'made' } },
        },
      },
    },
    definitions: { Pet: { type: 'object', properties: { a: { type: 'string', example: 'x' } } } },
    securityDefinitions: { basic: { type: 'basic' } },
  },
]

/** The same in YAML, as people write it. */
export const OPENAPI_YAMLS = [
  `openapi: 3.0.3
info: { title: Shop, version: 1.0.0 }
servers:
  - url: https://shop.example
paths:
  /pets:
    get:
      parameters:
        - &limit { name: limit, in: query, required: true, schema: { type: integer, default: 10 } }
      responses: { '200': { description: ok } }
    post:
      parameters: [*limit]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: { type: string }
                text: { type: string, example: |-
                  two
                  lines
                }
`,
]

/** Commands as developer tools copy them. */
export const CURLS = [
  `curl 'https://shop.example/api/login' -X POST -H 'content-type: application/json' -H "authorization: Bearer abc" --data-raw '{"a":1}' --compressed`,
  `curl https://shop.example/x \\
  -H 'cookie: a=1; b=2' \\
  -u bob:hunter22 -F title=x -F 'file=@a.png;type=image/png' -k -L --max-time 5`,
  `TOKEN=x curl -G "http://shop.example/?x=1" --data-urlencode "q=a b" -d @body.txt
curl -sS $'https://shop.example/\\u00e9' | jq .`,
  `curl ^"https://shop.example/^" ^
  -H ^"accept: */*^" --data-binary ^"^{^\\^"a^\\^":1^}^"`,
  `curl -d @- http://a.example <<EOF
{"a": 1}
EOF
curl --json '{"a": [1]}' --proxy http://p:1 --connect-to a:1:b:2 --http2 http://a.example`,
]

/** Lines of several servers. */
export const LOGS = [
  `1.2.3.4 - frank [10/Oct/2026:13:55:36 +0200] "GET /a?b=c HTTP/1.0" 200 2326
::1 - - [10/Oct/2026:11:55:37 +0000] "POST /items/17 HTTP/2.0" 201 5 "http://r/" "M \\"x\\""
shop.example:443 1.2.3.4 - - [10/Oct/2026:11:55:38 +0000] "GET /items/18 HTTP/1.1" 404 5 "-" "x"
`,
  `{"time_iso8601":"2026-10-10T13:55:36+02:00","request":"GET /a?b=c HTTP/1.1","status":"200","http_host":"shop.example"}
{"level":"info","ts":1791633336.1,"logger":"http.log.access","request":{"method":"GET","host":"a.example","uri":"/x"},"status":200,"duration":0.01}
`,
  `https 2026-10-10T11:55:36.000000Z app/lb/50dc 1.2.3.4:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://shop.example:443/a?b=c HTTP/1.1" "x" - -
Oct 10 11:55:36 lb haproxy[14389]: 1.2.3.4:33317 [10/Oct/2026:11:55:36.000] in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {a|b} "GET /a?b=c HTTP/1.1"
[2026-10-10T11:55:36.000Z] "GET /a?b=c HTTP/2" 200 - 154 0 226 100 "-" "x"
`,
  `#Software: Microsoft Internet Information Services 10.0
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port sc-status time-taken
2026-10-10 11:55:36 10.0.0.1 GET /a b=c 80 200 12
2026-10-10 11:55:37 10.0.0.1 POST /b - 80 201 7
`,
]
