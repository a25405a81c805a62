/**
 * The secrets of a scenario: values of headers, fields and variables whose names suggest a secret.
 */
import { isDistinct, isSecretHeader, isSecretName, isSecretValue } from '../../base/secrets.js'
import { METHODS } from '../blocks/request.js'
import { type Environment, fillIn, variablesIn } from '../template/environment.js'
import { ARGUMENT_WORDS } from '../template/functions.js'
import { placeholdersIn } from '../template/template.js'
import { stepTrees } from '../yaml/step-trees.js'
import { isTreeMap, Scalar, type Tree, type TreeMap } from '../yaml/tree.js'

/** A shorter value would occur inside ordinary words. */
const LENGTH_MIN = 4

/**
 * All values that must not be shown, without duplicates. Works on broken files, too, so that their messages don't show
 * a secret either.
 */
export function findSecrets(text: string, root: TreeMap, env: Environment): string[] {
  const variables = variablesIn(text, env).filter(({ name }) => isSecretName(name))
  const parts = [root.http, ...stepTrees(root)]
  const headers = parts.flatMap((part) => headerSecrets(part, env))
  const logins = parts.flatMap((part) => authSecrets(part, env))
  const passwords = [text, ...variablesIn(text, env).map(({ value }) => value)].flatMap(urlPasswords)
  const connection = connectionSecrets(root.http, env)
  const fields = fieldSecrets(root, env).filter(isDistinct)
  const values = [
    ...connection,
    ...variables.map(({ value }) => value),
    ...headers,
    ...logins,
    ...passwords,
    ...fields,
  ]
  return [...new Set(values)].filter((value) => value.length >= LENGTH_MIN)
}

function headerSecrets(part: Tree | undefined, env: Environment): string[] {
  const headers = part !== undefined && isTreeMap(part) ? part.headers : undefined
  if (headers === undefined || !isTreeMap(headers)) return []
  return Object.entries(headers).flatMap(([name, value]) =>
    isSecretHeader(name) ? textsIn(value).flatMap((part) => secretParts(part, env)) : [],
  )
}

/** Keys whose fields are sent. */
const FIELDS = ['json', 'form', 'query'] as const

/** Values of secret-sounding fields in bodies, queries and inline data. */
function fieldSecrets(root: TreeMap, env: Environment): string[] {
  const steps = stepTrees(root)
  const bodies = steps.flatMap((step) => FIELDS.flatMap((key) => fieldsIn(step[key], '')))
  const parts = steps.flatMap((step) => partFields(step.multipart))
  const paths = METHODS.flatMap((method) => steps.flatMap((step) => queryFields(step[method])))
  return [...bodies, ...parts, ...paths, ...fieldsIn(root.data, '')]
    .filter(([name, text]) => isSecretValue(name, text))
    .flatMap(([, text]) => secretParts(text, env))
}

type Field = readonly [name: string, text: string]

/** Single values with the nearest key above them. */
function fieldsIn(tree: Tree | undefined, name: string): Field[] {
  if (tree === undefined) return []
  if (tree instanceof Scalar) return [[name, tree.text]]
  if (!isTreeMap(tree)) return (tree as readonly Tree[]).flatMap((item) => fieldsIn(item, name))
  return Object.entries(tree).flatMap(([key, item]) => fieldsIn(item, key))
}

/** The fields of `multipart`. A text counts as the value of its field, also in the long form under `text`. */
function partFields(tree: Tree | undefined): Field[] {
  if (tree === undefined || !isTreeMap(tree)) return []
  return Object.entries(tree).flatMap(([name, parts]) =>
    (Array.isArray(parts) ? (parts as Tree[]) : [parts]).flatMap((part) =>
      isTreeMap(part) ? [...fieldsIn(part.text, name), ...fieldsIn(part.json, name)] : fieldsIn(part, name),
    ),
  )
}

function queryFields(path: Tree | undefined): Field[] {
  if (!(path instanceof Scalar)) return []
  const pairs = path.text.matchAll(/[?&]([^&=?#\s{}]+)=((?:\{\{.*?\}\}|[^&#\s])*)/g)
  return [...pairs].map((match): Field => [match[1]!, match[2]!])
}

/** The secrets of `auth`: token, password, and their encoding in the header. */
function authSecrets(part: Tree | undefined, env: Environment): string[] {
  const auth = part !== undefined && isTreeMap(part) ? part.auth : undefined
  if (auth === undefined) return []
  return textsIn(auth).flatMap((text) => {
    const filled = fillIn(text, env, () => {}) ?? text
    const password = text.includes(':') ? [text.slice(text.indexOf(':') + 1)] : []
    const encoded = Buffer.from(filled).toString('base64')
    return [...[text, ...password].flatMap((part) => secretParts(part, env)), encoded]
  })
}

/** The single values in a tree. A header should have only one, but a message may quote any. */
function textsIn(tree: Tree): string[] {
  return tree instanceof Scalar ? [tree.text] : Object.values(tree).flatMap(textsIn)
}

/**
 * The fixed text between placeholders, as written and with variables filled in. The scheme is left out, because it is
 * no secret.
 */
function secretParts(text: string, env: Environment): string[] {
  const written = text.replace(/\$\{[^}]*\}/g, '{{}}')
  const filled = fillIn(text, env, () => {}) ?? written
  const inPlaceholders = placeholdersIn(text).flatMap((placeholder) => placeholderSecrets(placeholder, env))
  return [written, filled]
    .flatMap((value) => value.split(/\{\{.*?\}\}/))
    .map((value) => value.trim().replace(/^(basic|bearer|digest|token|negotiate|apikey)(\s+|$)/i, ''))
    .flatMap((value) => [value, ...cookieValues(value)])
    .concat(inPlaceholders)
}

/** Literals of an expression and values from the environment. Values from data are not secrets of the file. */
function placeholderSecrets(placeholder: string, env: Environment): string[] {
  const variables = variablesIn(placeholder, env)
  const texts = [...placeholder.matchAll(/'([^']*)'|"([^"]*)"/g)]
    .map((match) => match[1] ?? match[2]!)
    .filter((text) => !ARGUMENT_WORDS.has(text) && !variables.some(({ name }) => name === text))
  const values = [...texts, ...variables.map(({ value }) => value)]
  return values.flatMap((value) => [value, Buffer.from(value).toString('base64')])
}

/** The passphrase of a key and the login at a proxy, also as encoded in the header. */
function connectionSecrets(http: Tree | undefined, env: Environment): string[] {
  if (http === undefined || !isTreeMap(http)) return []
  const { tls, proxy } = http
  const passphrase =
    tls !== undefined && isTreeMap(tls) && tls.passphrase instanceof Scalar ? tls.passphrase.text : ''
  const named = proxy instanceof Scalar ? (fillIn(proxy.text, env, () => {}) ?? proxy.text) : ''
  const variables = ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']
  const urls = named === 'env' ? variables.map((name) => env[name] ?? '') : [named]
  return [...secretParts(passphrase, env), ...urls.flatMap(loginSecrets)]
}

function loginSecrets(url: string): string[] {
  const [, login] = /^(?:\w+:\/\/)?([^\s/@]*:[^\s/]+)@/.exec(url) ?? []
  if (login === undefined) return []
  const decoded = decodeLogin(login)
  const passwords = [login, decoded].map((each) => each.slice(each.indexOf(':') + 1))
  return [...passwords, Buffer.from(decoded).toString('base64')]
}

function decodeLogin(login: string): string {
  try {
    return decodeURIComponent(login)
  } catch {
    return login
  }
}

/** Passwords in URLs: `http://user:password@host`. */
function urlPasswords(text: string): string[] {
  return [...text.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)].map((match) => match[1]!)
}

/** The values of cookies: `a=1; b=2`. */
function cookieValues(text: string): string[] {
  return text.includes('=') ? text.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()) : []
}
