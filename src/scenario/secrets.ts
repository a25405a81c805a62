/**
 * Which values of a scenario are secrets: those of telling headers, and those of telling variables.
 */
import { isSecretHeader, isSecretName } from '../base/secrets.js'
import { type Environment, fillIn, variablesIn } from './environment.js'
import { ARGUMENT_WORDS } from './functions.js'
import { stepTrees } from './step-trees.js'
import { holesIn } from './template.js'
import { isTreeMap, Scalar, type Tree, type TreeMap } from './tree.js'

/** Below that a value would be found inside ordinary words. */
const LENGTH_MIN = 4

/** All values that must not be shown, each once. Works on broken files, too: their messages show no secret either. */
export function findSecrets(text: string, root: TreeMap, env: Environment): string[] {
  const variables = variablesIn(text, env).filter(({ name }) => isSecretName(name))
  const parts = [root.http, ...stepTrees(root)]
  const headers = parts.flatMap((part) => headerSecrets(part, env))
  const logins = parts.flatMap((part) => authSecrets(part, env))
  const passwords = [text, ...variablesIn(text, env).map(({ value }) => value)].flatMap(urlPasswords)
  const connection = connectionSecrets(root.http, env)
  const values = [...connection, ...variables.map(({ value }) => value), ...headers, ...logins, ...passwords]
  return [...new Set(values)].filter((value) => value.length >= LENGTH_MIN)
}

function headerSecrets(part: Tree | undefined, env: Environment): string[] {
  const headers = part !== undefined && isTreeMap(part) ? part.headers : undefined
  if (headers === undefined || !isTreeMap(headers)) return []
  return Object.entries(headers).flatMap(([name, value]) =>
    isSecretHeader(name.toLowerCase()) ? textsIn(value).flatMap((part) => secretParts(part, env)) : [],
  )
}

/** Of `auth`: the token, the password, and what they come to in the header. */
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

/** The single values in a tree; a header's value should be one, but where it isn't the mistake is quoted. */
function textsIn(tree: Tree): string[] {
  return tree instanceof Scalar ? [tree.text] : Object.values(tree).flatMap(textsIn)
}

/** The fixed texts between the holes, as written and as filled in; without the scheme, which is no secret. */
function secretParts(text: string, env: Environment): string[] {
  const written = text.replace(/\$\{[^}]*\}/g, '{{}}')
  const filled = fillIn(text, env, () => {}) ?? written
  const inHoles = holesIn(text).flatMap((hole) => holeSecrets(hole, env))
  return [written, filled]
    .flatMap((value) => value.split(/\{\{.*?\}\}/))
    .map((value) => value.trim().replace(/^(basic|bearer|digest|token|negotiate|apikey)(\s+|$)/i, ''))
    .flatMap((value) => [value, ...cookieValues(value)])
    .concat(inHoles)
}

/** What an expression says itself, or takes from the environment; what it takes from data is no secret of the file. */
function holeSecrets(hole: string, env: Environment): string[] {
  const texts = [...hole.matchAll(/'([^']*)'|"([^"]*)"/g)]
    .map((match) => match[1] ?? match[2]!)
    .filter((value) => !ARGUMENT_WORDS.has(value))
  const values = [...texts, ...variablesIn(hole, env).map(({ value }) => value)]
  return values.flatMap((value) => [value, Buffer.from(value).toString('base64')])
}

/** The passphrase of a key; the login at a proxy, also as it stands in the header. */
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

/** `http://user:password@host`. */
function urlPasswords(text: string): string[] {
  return [...text.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)].map((match) => match[1]!)
}

/** `a=1; b=2`: the values by themselves. */
function cookieValues(text: string): string[] {
  return text.includes('=') ? text.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim()) : []
}
