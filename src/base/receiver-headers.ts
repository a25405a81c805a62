/**
 * Headers and credentials for those who receive results and metrics, from the environment. They are secrets, so no flag
 * takes them and no message shows them.
 */
import { userError } from './errors.js'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Returns the headers for requests to `url`: those in these variables, of which a later one wins, and basic authentication
 * from the URL's user and password. Throws a UserError for an invalid list.
 */
export function readReceiverHeaders(
  url: URL,
  variables: readonly string[],
  env: Env,
): Record<string, string> {
  const { username, password } = url
  const login = [username, password].map((part) => decodePercent(part) ?? part).join(':')
  const headers = variables.flatMap((name) => readVariable(name, env[name]))
  return {
    ...(username === '' && password === ''
      ? {}
      : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    ...Object.fromEntries(headers),
  }
}

/**
 * Parses `name=value,name=value` with percent-encoded values, OpenTelemetry's format for lists in variables. Throws a
 * UserError that doesn't contain any of it.
 */
export function parsePairs(variable: string, text: string | undefined): [name: string, value: string][] {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '')
  return pairs.map((pair) => {
    const equals = pair.indexOf('=')
    const [name, value] = [
      pair.slice(0, Math.max(0, equals)).trim(),
      decodePercent(pair.slice(equals + 1).trim()),
    ]
    if (name !== '' && value !== null) return [name, value]
    throw userError(`${variable}: not a list of name=value`, 'write name=value,other=value%20two')
  })
}

function readVariable(name: string, text: string | undefined): [string, string][] {
  return parsePairs(name, text).map(([header, value]) => {
    if (/^[!#$%&'*+.^`|~\w-]+$/.test(header) && !/[\r\n\0]/.test(value)) return [header.toLowerCase(), value]
    throw userError(`${name}: not a list of headers`, 'write authorization=Bearer%20TOKEN')
  })
}

/** Decodes percent-encoded text; returns null if it is malformed. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
