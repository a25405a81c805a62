/**
 * Normalizes schemas (OpenAPI 2.0, 3.0, and 3.1, which is JSON Schema): flattened, with one type and its bounds.
 */
import { field, isMap, listOf, mapOf, type UnknownMap } from '../untrusted-json.js'
import type { Refs } from './refs.js'

/** A schema without references, combinations and alternatives at its top level. */
export interface Flat {
  readonly schema: UnknownMap
  /** The references followed to it. */
  readonly refs: readonly string[]
  /** The discriminator properties and their values for the choices made. */
  readonly discriminated: readonly (readonly [name: string, value: string])[]
}

const DEPTH_MAX = 20

/**
 * The schema with `$ref` and `allOf` merged, and the first non-null choice of `oneOf` and `anyOf`. Null if that leads
 * back to one of `above`, the references followed so far.
 */
export function flatten(given: unknown, refs: Refs, above: readonly string[], depth = 0): Flat | null {
  const { value, ref } = refs.resolve(given)
  if (ref !== null && above.includes(ref)) return null
  if (depth > DEPTH_MAX) return null
  const way = ref === null ? above : [...above, ref]
  const { allOf, oneOf, anyOf, ...own } = value
  const used = ref === null ? [] : [ref]
  const parts: Flat[] = [{ schema: own, refs: used, discriminated: [] }]
  for (const part of listOf(allOf)) {
    const flat = flatten(part, refs, way, depth + 1)
    if (flat !== null) parts.push(flat)
  }
  const choices = [listOf(oneOf), listOf(anyOf)].filter((choice) => choice.length > 0)
  for (const choice of choices) {
    const chosen = choose(choice, refs, way, depth)
    if (chosen === null) return null
    parts.push(chosen)
  }
  return combine(parts, ref, choices.length > 0, refs)
}

/** The first choice that isn't null or circular. */
function choose(choices: readonly unknown[], refs: Refs, way: readonly string[], depth: number): Flat | null {
  let isEmpty = true
  for (const choice of choices) {
    const { value } = refs.resolve(choice)
    if (typeOf(value) === 'null') continue
    isEmpty = false
    const flat = flatten(choice, refs, way, depth + 1)
    if (flat !== null) return flat
  }
  return isEmpty ? { schema: { type: 'null' }, refs: [], discriminated: [] } : null
}

function combine(parts: readonly Flat[], ref: string | null, isChoice: boolean, refs: Refs): Flat {
  const discriminated: (readonly [string, string])[] = parts.flatMap((part) => part.discriminated)
  let schema: UnknownMap = {}
  for (const part of parts) {
    schema = {
      ...schema,
      ...part.schema,
      properties: { ...mapOf(schema['properties']), ...mapOf(part.schema['properties']) },
      required: [...listOf(schema['required']), ...listOf(part.schema['required'])],
    }
    const discriminator = part.schema['discriminator']
    const name = typeof discriminator === 'string' ? discriminator : field(discriminator, 'propertyName')
    // In a choice, the discriminator names the chosen schema; in a base class, the subclass.
    const named = isChoice ? parts.at(-1)!.refs[0] : (ref ?? undefined)
    if (typeof name === 'string' && named !== undefined)
      discriminated.push([name, valueFor(named, discriminator, refs)])
  }
  const { properties, required, ...rest } = schema
  return {
    schema: {
      ...rest,
      ...(Object.keys(properties as UnknownMap).length > 0 && { properties }),
      ...((required as unknown[]).length > 0 && { required }),
    },
    refs: parts.flatMap((part) => part.refs),
    discriminated,
  }
}

function valueFor(ref: string, discriminator: unknown, refs: Refs): string {
  const name = nameIn(ref)
  const mapped = Object.entries(mapOf(field(discriminator, 'mapping'))).find(
    ([, target]) =>
      typeof target === 'string' && (target === name || refs.nameOf(target, discriminator) === ref),
  )
  return mapped?.[0] ?? name
}

/** `Dog` for `#/components/schemas/Dog`, `dog.yaml#/Dog` and `schemas/Dog.yaml`. */
function nameIn(ref: string): string {
  return ref
    .replace(/\.(?:ya?ml|json)#?$/i, '')
    .split(/[/#]/)
    .at(-1)!
}

/** The type for a sample; null if any will do. */
export function typeOf(schema: UnknownMap): string | null {
  const { type } = schema
  const named = Array.isArray(type) ? (type.find((one) => one !== 'null') ?? type[0]) : type
  if (typeof named === 'string') return named
  if (isMap(schema['properties']) || schema['additionalProperties'] !== undefined) return 'object'
  if (schema['items'] !== undefined) return 'array'
  if (['pattern', 'format', 'minLength', 'maxLength'].some((key) => schema[key] !== undefined))
    return 'string'
  return ['minimum', 'maximum', 'multipleOf'].some((key) => schema[key] !== undefined) ? 'number' : null
}

/** The smallest and largest whole number that the schema allows, within 1 and 1000 if possible. */
export function boundsOf(schema: UnknownMap): readonly [number, number] {
  const min = bound(schema, 'minimum', 'exclusiveMinimum', 1)
  const max = bound(schema, 'maximum', 'exclusiveMaximum', -1)
  const from = min ?? (max !== null && max < 1 ? max - 999 : 1)
  return [from, Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(1000, from + 999))]
}

/** An inclusive bound in whole numbers. Exclusive bounds are flags up to 3.0 and numbers from 3.1 on. */
function bound(schema: UnknownMap, key: string, exclusive: string, inwards: 1 | -1): number | null {
  const whole = (value: number) => (inwards === 1 ? Math.ceil(value) : Math.floor(value))
  const plain = schema[key]
  const strict = schema[exclusive]
  const limits: number[] = []
  if (isSafe(plain)) limits.push(strict === true && Number.isInteger(plain) ? plain + inwards : whole(plain))
  if (isSafe(strict)) limits.push(Number.isInteger(strict) ? strict + inwards : whole(strict))
  if (limits.length === 0) return null
  return inwards === 1 ? Math.max(...limits) : Math.min(...limits)
}

/** Ignores type limits such as 64-bit bounds, which no sample comes near. */
function isSafe(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < 2 ** 50
}
