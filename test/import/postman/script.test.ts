import { describe, expect, test } from 'vitest'
import { readScript, type Script } from '../../../src/import/postman/script.js'

function read(code: string, hasResponse = true): Script {
  return readScript(code, hasResponse)
}

describe('the status that a script expects', () => {
  test.each<[string, (number | '2xx')[]]>([
    ['pm.test("ok", function () { pm.response.to.have.status(201); });', [201]],
    ['pm.test(`ok`, () => pm.response.to.have.status(204))', [204]],
    ['pm.test("ok", () => { pm.expect(pm.response).to.have.status(200) })', [200]],
    ['pm.response.to.have.status("Created");', [201]],
    ['pm.expect(pm.response.code).to.equal(202);', [202]],
    ['pm.expect(pm.response.status).to.equal("Accepted");', [202]],
    ['pm.test("a", function () { pm.response.to.be.ok })', [200]],
    ['pm.expect(pm.response.code).to.be.eql(202);', [202]],
    ['pm.expect(pm.response.code).to.be.oneOf([200, 201,202]);', [200, 201, 202]],
    ['pm.response.to.be.ok', [200]],
    ['pm.response.to.be.success;', ['2xx']],
    ['tests["Status code is 200"] = responseCode.code === 200;', [200]],
    ['tests["x"] = responseCode.code === 200 || responseCode.code === 201;', [200, 201]],
  ])('%s', (code, status) => {
    expect(read(code)).toMatchObject({ status, rest: [] })
  })

  test.each([
    'pm.response.to.have.status(9999)',
    'pm.response.to.have.status("Fine")',
    'pm.response.to.not.be.ok',
    'pm.expect(pm.response.code).to.be.oneOf([200, 9999])',
    'tests["x"] = responseCode.code === 200 || isFine',
  ])('is not guessed from %s', (code) => {
    expect(read(code)).toMatchObject({ status: [], rest: [code] })
  })
})

describe('a value is captured from', () => {
  test.each<[string, unknown]>([
    ['pm.environment.set("v", pm.response.json().token)', '$.token'],
    ["pm.collectionVariables.set('v', pm.response.json().data.items[0].id);", '$.data.items[0].id'],
    ['const json = pm.response.json();\npm.globals.set("v", json.token);', '$.token'],
    [
      'var jsonData = JSON.parse(responseBody);\npostman.setEnvironmentVariable("v", jsonData.token);',
      '$.token',
    ],
    ['let a = pm.response.json(); let b = a.data; pm.variables.set("v", b["id"]);', '$.data.id'],
    ['const { token } = pm.response.json();\npm.environment.set("v", token);', '$.token'],
    [
      'const { user: { id } } = x; const { a: b } = pm.response.json();\npm.environment.set("v", b.c);',
      '$.a.c',
    ],
    ['pm.environment.set("v", pm.response.json()?.data?.[0]?.id)', '$.data[0].id'],
    ['pm.environment.set("v", pm.response.json()["@meta"].unid)', "$['@meta'].unid"],
    ['pm.environment.set("v", String(pm.response.json().id))', '$.id'],
    ['pm.environment.set("v", pm.response.json().id.toString());', '$.id'],
    ['pm.environment.set("v", JSON.parse(pm.response.text()).id);', '$.id'],
    ['pm.environment.set("v", pm.response.headers.get("Location"))', { header: 'Location' }],
    ['postman.setGlobalVariable("v", postman.getResponseHeader("X-Id"))', { header: 'X-Id' }],
    ['pm.environment.set("v", pm.cookies.get("sid"))', { cookie: 'sid' }],
    ['if (pm.response.code === 200) {\n  pm.environment.set("v", pm.response.json().t);\n}', '$.t'],
    ['pm.environment.set("v", pm.response.json().t); // the "token"', '$.t'],
    ['const { user: { id } } = pm.response.json();\npm.environment.set("v", id);', '$.user.id'],
    [
      'let json;\npm.test("a", () => { json = pm.response.json(); });\npm.environment.set("v", json.t);',
      '$.t',
    ],
    [
      'const json = pm.response.json();\nlist.map((json) => json.b);\npm.environment.set("v", json.t);',
      '$.t',
    ],
    ['const name = \'pm.environment.set("w", 1)\'; pm.environment.set(`v`, pm.response.json().t);', '$.t'],
  ])('%s', (code, source) => {
    expect(read(code).captures).toEqual(new Map([['v', source]]))
  })

  test.each([
    'pm.environment.set("v", "Bearer " + pm.response.json().token);',
    'pm.environment.set("v", pm.response.json().items.map(i => i.id));',
    'pm.environment.set("v", pm.response.json().items.find((i) => i.ok).id);',
    'pm.environment.set("v", JSON.stringify(pm.response.json()));',
    'pm.environment.set("v", other.token);',
    'pm.environment.set("v", pm.response.json());',
    'pm.environment.set("v", moment().format("YYYY"));',
    'pm.environment.set("v", pm.response.json().items.length);',
    'pm.environment.set("v", pm.response.json()[key]);',
    'pm.environment.set("v", pm.response.json()[-1]);',
    'pm.environment.set("v", pm.response.json()["{{x}}"]);',
    'pm.environment.set("v", pm.response.headers.get(""));',
    'const json = pm.response.json(); pm.sendRequest(url, (_, json) => pm.environment.set("v", json.t));',
    'let json = pm.response.json(); json = other; pm.environment.set("v", json.t);',
  ])('nothing by %s, which is noted', (code) => {
    const script = read(code)
    expect(script.captures.size).toBe(0)
    expect(script.sets).toEqual(['v'])
    expect(script.rest.join()).toContain('pm.environment.set("v"')
  })

  test('nothing before the response', () => {
    const script = read(
      'pm.environment.set("v", pm.response.json().a);\npm.variables.set("w", "fixed");',
      false,
    )
    expect(script.fixed).toEqual(new Map([['w', 'fixed']]))
    expect(script.rest).toHaveLength(1)
  })
})

describe('checks of the body', () => {
  test.each<[string, object]>([
    ['pm.expect(pm.response.json().total).to.eql(3);', { '$.total': 3 }],
    ['const j = pm.response.json(); pm.expect(j.name).to.equal("Ada");', { '$.name': 'Ada' }],
    ['pm.expect(pm.response.json().ok).to.be.equal(true);', { '$.ok': true }],
    ['pm.expect(pm.response.json()).to.have.property("id");', { '$.id': 'exists' }],
  ])('%s', (code, json) => {
    const script = read(code)
    expect(Object.fromEntries(script.json)).toEqual(json)
    expect(script.rest).toEqual([])
  })

  test('a text that the body contains', () => {
    expect(read('pm.expect(pm.response.text()).to.include("welcome");').body).toBe('welcome')
  })

  test('a number that JSON does not have is left out', () => {
    const code = 'pm.expect(pm.response.json().a).to.eql(1e999);'
    expect(read(code)).toMatchObject({ json: new Map(), rest: [code] })
  })

  test.each(['> 3', 'exists', '', '{{x}}'])(
    '%j would be read as something else, and is left out',
    (value) => {
      const code = `pm.expect(pm.response.json().a).to.eql("${value}");`
      expect(read(code)).toMatchObject({ json: new Map(), rest: [code] })
    },
  )
})

test('what is not understood is returned, without the scaffolding around it', () => {
  const code = `
    // a comment with pm.response.to.have.status(500)
    pm.test("Status", function () {
      pm.response.to.have.status(200);
    });
    pm.test("fast", () => {
      pm.expect(pm.response.responseTime).to.be.below(200);
    });
    if (x) { console.log("hi (there"); } else { postman.setNextRequest(null); }
  `
  const { status, rest } = read(code)
  expect(status).toEqual([200])
  expect(rest).toEqual([
    'pm.expect(pm.response.responseTime).to.be.below(200);',
    'postman.setNextRequest(null); }',
  ])
})

test('truncated code is read to its end', () => {
  expect(read('pm.environment.set("a", pm.response.json().b').captures).toEqual(new Map([['a', '$.b']]))
  expect(read('pm.test("a', true).rest).toHaveLength(1)
  expect(read('/* no end').rest).toEqual([])
})

test.each([
  ['brackets', `${'('.repeat(100_000)}a`],
  ['blocks', `${'{'.repeat(100_000)}a`],
  ['sums', `x = 1${' + 1'.repeat(60_000)}`],
  ['names', `pm.environment.set("v", a${'.a'.repeat(60_000)})`],
  ['signs', '@'.repeat(200_000)],
])('no amount of %s takes long', (_, code) => {
  const start = performance.now()
  expect(read(code).rest).toHaveLength(1)
  expect(performance.now() - start).toBeLessThan(2000)
})

test.each(['const = 1;', '@', 'a = "'])(
  'a script with a syntax error (%s) is left out as a whole',
  (error) => {
    const code = `pm.response.to.have.status(200);\n${error}\npm.response.to.be.ok;`
    expect(read(code)).toMatchObject({ status: [], rest: code.split('\n') })
  },
)
