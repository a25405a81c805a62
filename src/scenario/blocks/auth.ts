/**
 * `auth`: a short form of the `authorization` header.
 */
import { type Reader, readTemplate, wrong } from '../fields/fields.js'
import { readHeaderValue } from '../fields/http-fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import type { Template } from '../model/template.js'
import { literalParts } from '../template/template.js'
import { type Report, wrongKey } from '../yaml/tree.js'

type AuthInput = FieldsOf<typeof authFields>

/** The field `auth` of `http` and of a request. */
export function authSchema(leaves: Leaves) {
  return map(authFields(leaves), {
    description: 'Credentials for the authorization header. Never shown.',
    sample: 'bearer: "${API_TOKEN}"',
    synonyms: { token: 'bearer', user: 'basic', username: 'basic', password: 'basic' },
    check: checkOne,
  })
}

function authFields({ text }: Leaves) {
  return {
    bearer: text(readHeaderValue, 'Token, sent as "Bearer <token>".'),
    basic: text(readBasic, 'user:password, sent in base64 (RFC 7617).', { examples: ['user:${PASSWORD}'] }),
  }
}

/** The headers that `auth` is short for. */
export function authHeaders(auth: AuthInput | undefined): Record<string, Template> {
  if (auth?.bearer !== undefined) return { authorization: ['Bearer ', ...auth.bearer] }
  if (auth?.basic === undefined) return {}
  const isFixed = auth.basic.every((part) => typeof part === 'string')
  const encoded = Buffer.from(literalParts(auth.basic).join('')).toString('base64')
  return {
    authorization: isFixed
      ? [`Basic ${encoded}`]
      : [
          'Basic ',
          { type: 'call', name: 'base64', args: [{ type: 'call', name: 'concat', args: auth.basic }] },
        ],
  }
}

/** Reports an `authorization` header that `auth` would overwrite. */
export function checkAuth(
  part: {
    readonly auth?: AuthInput | undefined
    readonly headers?: Readonly<Record<string, unknown>> | undefined
  },
  report: Report,
): void {
  if (part.auth === undefined) return
  const header = Object.keys(part.headers ?? {}).find((name) => name.toLowerCase() === 'authorization')
  if (header === undefined) return
  const message = 'auth sets the header authorization, which is also set in headers'
  wrongKey(report, ['auth'], message, 'remove one of them')
}

function checkOne({ bearer, basic }: AuthInput, report: Report, hasUnknown: boolean): void {
  if (bearer !== undefined && basic !== undefined) {
    wrongKey(report, ['basic'], 'auth takes either bearer or basic, not both', 'remove one of them')
  } else if (bearer === undefined && basic === undefined && !hasUnknown) {
    wrong(report, 'auth has no method', 'add bearer: "${API_TOKEN}" or basic: "user:${PASSWORD}"')
  }
}

const readBasic: Reader<Template> = (tree, context, report) => {
  const template = readTemplate(tree, context, report)
  if (template === null || literalParts(template).some((part) => part.includes(':'))) return template
  return wrong(report, 'basic must be user:password', 'write it like "user:${PASSWORD}"')
}
