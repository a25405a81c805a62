/**
 * Converts Swagger 2.0 parameters to OpenAPI 3.
 */
import { field, type UnknownMap } from '../untrusted-json.js'

/** Keys that describe a Swagger 2 parameter, not its value. */
const OWN = new Set([
  'name',
  'in',
  'required',
  'description',
  'collectionFormat',
  'allowEmptyValue',
  'style',
  'explode',
  'example',
  'examples',
  'x-example',
  'x-examples',
])

/** The parameter with its type, format, values and bounds in a `schema`. Returns it unchanged if it has one. */
export function withSchema(parameter: UnknownMap): UnknownMap {
  if (parameter['schema'] !== undefined || parameter['content'] !== undefined) return parameter
  const ofValue = Object.entries(parameter).filter(([key]) => !OWN.has(key))
  if (ofValue.length === 0) return parameter
  const isList = parameter['type'] === 'array' || parameter['items'] !== undefined
  return {
    ...Object.fromEntries(Object.entries(parameter).filter(([key]) => OWN.has(key))),
    schema: Object.fromEntries(ofValue),
    // By default, a list is a comma-separated text.
    ...(isList &&
      parameter['style'] === undefined && { collectionFormat: parameter['collectionFormat'] ?? 'csv' }),
  }
}

/** `body` or `formData` parameters as the content of a request body; null if there are none. */
export function bodyContent(
  parameters: readonly UnknownMap[],
  consumes: readonly string[],
): UnknownMap | null {
  const body = parameters.find((parameter) => parameter['in'] === 'body')
  if (body !== undefined) return contentOf(body, consumes.length === 0 ? ['application/json'] : consumes)
  const fields = parameters.filter((parameter) => parameter['in'] === 'formData')
  if (fields.length === 0) return null
  const hasFile = fields.some((parameter) => parameter['type'] === 'file')
  const named = consumes.find((type) => /form/.test(type))
  const type = hasFile ? 'multipart/form-data' : (named ?? 'application/x-www-form-urlencoded')
  const schema = {
    type: 'object',
    required: fields.filter((one) => one['required'] === true).map((one) => one['name']),
    properties: Object.fromEntries(fields.map((one) => [String(one['name']), propertyOf(one)])),
  }
  return { [type]: { schema } }
}

function contentOf(body: UnknownMap, types: readonly string[]): UnknownMap {
  const { schema = {} } = withSchema(body)
  return Object.fromEntries(
    types.map((type) => {
      const examples = field(body, 'x-examples')
      const example =
        field(examples, type) ?? field(examples, 'default') ?? body['x-example'] ?? body['example']
      return [type, { schema, ...(example !== undefined && { example }) }]
    }),
  )
}

function propertyOf({ required: _, in: __, ...parameter }: UnknownMap): UnknownMap {
  if (parameter['type'] === 'file') return { type: 'string', format: 'binary' }
  return { ...(parameter['type'] === 'array' && { collectionFormat: 'csv' }), ...parameter }
}
