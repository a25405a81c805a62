import { describe, expect, test } from 'vitest'
import { scenarioJsonSchema } from '../../../src/scenario/blocks/definition.js'
import { readScenario } from '../../../src/scenario/read.js'

interface Node {
  readonly properties?: Record<string, Node>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly additionalProperties?: boolean | Node
  readonly pattern?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly type?: unknown
  readonly $ref?: string
  readonly definitions?: Record<string, Node>
}

const schema = scenarioJsonSchema() as Node

describe('the schema for editors', () => {
  test('describes every key', () => {
    const silent = keysOf(schema, '').filter(
      ([, node]) => node.description === undefined && node.anyOf === undefined,
    )
    expect(silent.map(([path]) => path)).toEqual([])
  })

  test('has no other keys', () => {
    const open = [['', schema] as const, ...keysOf(schema, '')].filter(
      ([, node]) => node.properties !== undefined && node.additionalProperties !== false,
    )
    expect(open.map(([path]) => path)).toEqual([])
  })

  test('has examples that match its patterns', () => {
    const checked = keysOf(schema, '').flatMap(([path, { pattern, examples = [], default: preset }]) =>
      pattern === undefined
        ? []
        : [...examples, preset]
            .filter((example) => typeof example === 'string')
            .map((example) => ({ path, example, fits: new RegExp(pattern).test(example) })),
    )
    expect(checked.length).toBeGreaterThan(20)
    expect(checked.filter(({ fits }) => !fits)).toEqual([])
  })

  test('accepts the short and the long form of a threshold', () => {
    expect(schema.properties!.thresholds!.items!.anyOf).toMatchObject([
      { type: 'string' },
      { type: 'object', required: ['limit'] },
    ])
  })
})

describe('a documented default', () => {
  const step = (capture: object) => ({ before: [{ get: '/', capture: { x: capture } }] })
  const limit = { limit: 'p95 < 1s' }
  test.each<[path: string, make: (block: object) => object, rest: object, without?: readonly string[]]>([
    ['load', (load) => ({ load }), {}, ['maxVus', 'arrivals']],
    ['load', (load) => ({ load }), { rate: '5/s' }, ['vus', 'thinkTime']],
    ['http', (http) => ({ http }), {}],
    ['http.tls', (tls) => ({ http: { tls } }), {}],
    ['http.retries', (retries) => ({ http: { retries } }), { count: 2 }],
    ['data.x', (x) => ({ data: { x } }), { values: [1, 2] }, ['delimiter']],
    ['data.x', (x) => ({ data: { x } }), { file: 'x.csv' }],
    // A request takes its redirects from http.
    ['requests.0', (request) => ({ requests: [request] }), { get: '/' }, ['redirects']],
    ['requests.0.retries', (retries) => ({ requests: [{ get: '/', retries }] }), { count: 2 }],
    ['before.0.capture.x', step, { json: '$.a' }],
    ['thresholds.0', (threshold) => ({ thresholds: [threshold] }), limit, ['after', 'minSamples']],
    ['thresholds.0', (threshold) => ({ thresholds: [threshold] }), { ...limit, abort: true }, ['abort']],
    ['baseline', (baseline) => ({ baseline }), {}],
    ['baseline.tolerance', (tolerance) => ({ baseline: { tolerance } }), {}],
  ])('of %s is the one in use', (path, make, rest, without = []) => {
    const read = (block: object) => {
      const text = JSON.stringify({ requests: [{ get: '/' }], ...make(block) })
      const files = { read: () => Buffer.from('a,b\n1,2\n') }
      const scenario = readScenario(text, { file: 'a.yaml', env: {}, files })
      return { ...scenario, text: '' }
    }
    const documented = Object.entries(nodeAt(path.split('.')).properties!).filter(
      ([key, node]) => node.default !== undefined && !without.includes(key),
    )
    expect(documented).not.toEqual([])
    for (const [key, node] of documented) {
      expect(read({ ...rest, [key]: node.default }), key).toEqual(read(rest))
    }
  })
})

/** The long form of the part of the schema at a path, in which `0` is any entry and `x` any key. */
function nodeAt(path: readonly string[]): Node {
  return path.reduce((node, step) => {
    const next =
      step === '0' ? node.items : step === 'x' ? asNode(node.additionalProperties) : node.properties?.[step]
    const named = next?.$ref === undefined ? next : schema.definitions![next.$ref.split('/').at(-1)!]
    return named?.anyOf?.find(({ type }) => type === 'object') ?? named!
  }, schema)
}

function keysOf(node: Node, path: string): (readonly [string, Node])[] {
  const inside = [node.items, ...(node.anyOf ?? []), asNode(node.additionalProperties)].flatMap((part) =>
    part === undefined ? [] : keysOf(part, path),
  )
  const own = Object.entries(node.properties ?? {}).flatMap(([key, value]) => [
    [`${path}.${key}`, value] as const,
    ...keysOf(value, `${path}.${key}`),
  ])
  return [...own, ...inside]
}

function asNode(part: boolean | Node | undefined): Node | undefined {
  return typeof part === 'object' ? part : undefined
}
