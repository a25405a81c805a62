/**
 * What an imported request is called: its method and path, with the values in it named and the query left out, so
 * that figures of the same thing come together.
 */
import { safeDecode } from './address.js'
import { kindOf, valueName } from './segments.js'

/** `GET /users/{userId}/orders`; `GET auth.example/users` of another host than the target, which `host` names. */
export function requestName(method: string, path: string, host: string | null = null): string {
  const plain = path.split('?', 1)[0]!.replace(/[\ue000\ue001]([^\ue002]*)\ue002/g, '{$1}')
  let before: string | null = null
  const segments = plain.split('/').map((segment) => {
    const kind = kindOf(safeDecode(segment))
    if (kind !== null) return `{${valueName(kind, before)}}`
    if (segment !== '') before = segment
    return segment
  })
  return `${method.toUpperCase()} ${host ?? ''}${readablePath(segments.join('/'))}`
}

/** A path for people. In a name, too, `${` would be a variable. */
export function readablePath(path: string): string {
  return safeDecode(path).replace(/\$+(?=\{)/g, '')
}
