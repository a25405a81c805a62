import { describe, expect, test } from 'vitest'
import { scenarioJsonSchema } from '../../../src/scenario/blocks/definition.js'

interface Node {
  readonly properties?: Record<string, Node>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly additionalProperties?: boolean | Node
  readonly pattern?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
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
