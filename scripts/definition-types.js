/**
 * Makes TypeScript types from a JSON Schema, for scenarios written in code.
 */

/**
 * The declarations of a scenario and of its steps, unformatted. The keys that requests and steps share have an interface of
 * their own. The only definition in the schema is a step.
 */
export function typesOf(schema) {
  const request = schema.properties.requests.items
  const [step] = Object.values(schema.definitions)
  const isShared = (key) => JSON.stringify(request.properties[key]) === JSON.stringify(step.properties[key])
  const bases = new Map([[request, { name: 'RequestKeys', isOwn: (key) => !isShared(key) }]])
  const declare = (name, { description }, members) => `/** ${clean(description)} */\n${name} ${members}\n`
  return [
    declare('export interface ScenarioDefinition', schema, membersOf(schema, bases)),
    declare(
      'interface RequestKeys',
      { description: 'What requests and steps have in common.' },
      membersOf(step, bases, isShared),
    ),
    declare(
      'export interface StepDefinition extends RequestKeys',
      step,
      membersOf(step, bases, (key) => !isShared(key)),
    ),
  ].join('\n')
}

/** Values that the loader fills in from the environment. */
const VARIABLE = '\\$\\{'

function typeOf(part, bases) {
  if (part.$ref !== undefined) return 'StepDefinition'
  if (part.const !== undefined) return JSON.stringify(part.const)
  if (part.enum !== undefined) return part.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (part.anyOf !== undefined) return union(part.anyOf.map((each) => typeOf(each, bases)))
  const types = [part.type ?? []].flat()
  return types.length === 0 ? 'unknown' : union(types.map((type) => plain(type, part, bases)))
}

function plain(type, part, bases) {
  switch (type) {
    case 'integer':
    case 'number':
      // Durations have units; `0` needs none.
      return part.minimum === 0 && part.maximum === 0 ? '0' : 'number'
    case 'string':
      return part.pattern === VARIABLE ? 'Variable' : 'string'
    case 'array':
      return `readonly (${part.items === undefined ? 'unknown' : typeOf(part.items, bases)})[]`
    case 'object':
      if (bases.has(part))
        return `(${bases.get(part).name} & ${membersOf(part, bases, bases.get(part).isOwn)})`
      if (part.properties !== undefined) return membersOf(part, bases)
      return typeof part.additionalProperties === 'object'
        ? `Readonly<Record<string, ${typeOf(part.additionalProperties, bases)}>>`
        : 'Readonly<Record<string, unknown>>'
    default:
      return type
  }
}

function membersOf({ properties, required = [] }, bases, isWanted = () => true) {
  const wanted = Object.entries(properties).filter(([key]) => isWanted(key))
  const members = wanted.map(([key, part]) => {
    const comment = part.description === undefined ? '' : `/** ${clean(part.description)} */\n`
    const name = /^[a-z_]\w*$/i.test(key) ? key : JSON.stringify(key)
    const type = typeOf(part, bases)
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
