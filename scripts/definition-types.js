/**
 * Makes TypeScript types from a JSON Schema, for scenarios written in code.
 */

/** The declarations of `name` and of all definitions in the schema, unformatted. */
export function typesOf(schema, name, nameOf) {
  const named = new Map([[name, schema]])
  for (const [key, part] of Object.entries(schema.definitions)) named.set(nameOf(key), part)
  const declarations = [...named].map(
    ([as, part]) => `/** ${clean(part.description)} */\nexport interface ${as} ${membersOf(part, nameOf)}\n`,
  )
  return declarations.join('\n')
}

/** Values that the loader fills in from the environment. */
const VARIABLE = '\\$\\{'

function typeOf(part, nameOf) {
  if (part.$ref !== undefined) return nameOf(part.$ref.split('/').at(-1))
  if (part.const !== undefined) return JSON.stringify(part.const)
  if (part.enum !== undefined) return part.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (part.anyOf !== undefined) return union(part.anyOf.map((each) => typeOf(each, nameOf)))
  if (part.allOf !== undefined) return part.allOf.map((each) => `(${typeOf(each, nameOf)})`).join(' & ')
  const types = [part.type ?? []].flat()
  return types.length === 0 ? 'unknown' : union(types.map((type) => plain(type, part, nameOf)))
}

function plain(type, part, nameOf) {
  switch (type) {
    case 'integer':
    case 'number':
      // Durations have units; `0` needs none.
      return part.minimum === 0 && part.maximum === 0 ? '0' : 'number'
    case 'string':
      return part.pattern === VARIABLE ? 'Variable' : 'string'
    case 'array':
      return `readonly (${part.items === undefined ? 'unknown' : typeOf(part.items, nameOf)})[]`
    case 'object':
      if (part.properties !== undefined) return membersOf(part, nameOf)
      return typeof part.additionalProperties === 'object'
        ? `Readonly<Record<string, ${typeOf(part.additionalProperties, nameOf)}>>`
        : 'Readonly<Record<string, unknown>>'
    default:
      return type
  }
}

function membersOf({ properties, required = [] }, nameOf) {
  const members = Object.entries(properties).map(([key, part]) => {
    const comment = part.description === undefined ? '' : `/** ${clean(part.description)} */\n`
    const name = /^[a-z_]\w*$/i.test(key) ? key : JSON.stringify(key)
    const type = typeOf(part, nameOf)
    return `${comment}readonly ${name}${required.includes(key) ? `: ${type}` : `?: ${type} | undefined`}`
  })
  return `{\n${members.join('\n')}\n}`
}

function union(types) {
  return [...new Set(types)].join(' | ')
}

function clean(text) {
  return text.replaceAll('*/', '* /')
}
