/**
 * Headers and credentials for sinks, from the environment: they are secrets, so no flag takes them and no message
 * shows them.
 */
import { userError } from '../../../base/errors.js'
import { decodePercent } from './address.js'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The headers for a request to `url`: those in PERFCTL_STREAM_HEADERS, those in the variables of the sink's own, and
 * the user and password of the URL as basic authentication. Throws a UserError for a list that can't be read.
 */
export function readHeaders(url: URL, variables: readonly string[], env: Env): Record<string, string> {
  const { username, password } = url
  const login = [username, password].map((part) => decodePercent(part) ?? part).join(':')
  const headers = ['PERFCTL_STREAM_HEADERS', ...variables].flatMap((name) => readVariable(name, env[name]))
  return {
    ...(username === '' && password === ''
      ? {}
      : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    ...Object.fromEntries(headers),
  }
}

/**
 * `name=value,name=value`, the values percent-encoded: OpenTelemetry's way to write lists into a variable. Throws a
 * UserError that shows nothing of it.
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
