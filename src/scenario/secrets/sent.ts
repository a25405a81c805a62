/**
 * Secrets that a request has only at run time: a captured token in a header, a column of passwords in a body. Secrets
 * in the file itself are found by `found.ts`.
 */
import { isSecretField, isSecretHeader, isSecretName } from '../../base/secrets.js'
import { listPairs } from '../model/pairs.js'
import type { Pairs, RequestSpec } from '../model/request.js'
import type { Argument, Expression, JsonTemplate, Template } from '../model/template.js'

/** A value that is filled in for each request. */
export type FilledIn = Extract<Expression, { readonly type: 'data' | 'variable' }>

/** The secrets that a request sends. */
export interface SentSecrets {
  /** Values in the place of a secret, or with the name of one. */
  readonly values: readonly FilledIn[]
  /** A secret is computed from other values, such as a signature, so that its value is unknown. */
  readonly isMade: boolean
}

/** The secrets in a request and in the headers of all requests. */
export function sentSecrets(
  { path, query, headers, body }: RequestSpec,
  common: RequestSpec['headers'],
): SentSecrets {
  const finder = new Finder()
  finder.text(path)
  if (query !== undefined) finder.pairs(query)
  for (const [name, value] of Object.entries({ ...common, ...headers }))
    finder.template(value, isSecretHeader(name))
  switch (body?.type) {
    case 'json':
      finder.json(body.value, '')
      break
    case 'form':
      finder.pairs(body.fields)
      break
    case 'text':
      finder.text(body.text)
      break
    case 'multipart':
      for (const part of body.parts) {
        if ('json' in part) finder.json(part.json, part.name)
        if ('text' in part) finder.template(part.text, isSecretField(part.name))
      }
      break
  }
  return finder
}

/** Functions whose result still contains the secret. */
const HARMLESS = new Set(['default', 'trim', 'string', 'urlencode'])

/** The name before a value: `"token": "`, `token=`, `<token>`. */
const NAME_BEFORE = /([\w.-]+)["']?\s*[=:>]\s*["']?$/

class Finder implements SentSecrets {
  readonly values: FilledIn[] = []
  isMade = false

  template(template: Template, isSecret: boolean): void {
    for (const part of template) if (typeof part !== 'string') this.argument(part, isSecret)
  }

  pairs(pairs: Pairs): void {
    for (const [name, value] of listPairs(pairs)) this.template(value, isSecretField(name))
  }

  /** Takes the name from the text before a value: `{"password": "{{ … }}"}`, `?token={{ … }}`. */
  text(template: Template): void {
    let before = ''
    for (const part of template) {
      if (typeof part !== 'string') {
        const name = NAME_BEFORE.exec(before.slice(-200))?.[1]
        this.argument(part, name !== undefined && isSecretField(name))
      }
      before = typeof part === 'string' ? part : ''
    }
  }

  json(value: JsonTemplate, name: string): void {
    if (value === null || typeof value !== 'object') return
    if (Array.isArray(value)) for (const item of value as readonly JsonTemplate[]) this.json(item, name)
    else if ('object' in value) for (const [key, item] of Object.entries(value.object)) this.json(item, key)
    else if ('$' in value) this.template((value as { readonly $: Template }).$, isSecretField(name))
  }

  private argument(argument: Argument, isSecret: boolean): void {
    if (argument === null || typeof argument !== 'object' || argument.type === 'literal') return
    if (argument.type === 'call') {
      if (isSecret && !HARMLESS.has(argument.name)) this.isMade = true
      for (const each of argument.args) this.argument(each, isSecret)
      return
    }
    const last = argument.path?.findLast((step) => typeof step === 'string')
    if (isSecret || isSecretName(String(last ?? argument.name))) this.values.push(argument)
  }
}
