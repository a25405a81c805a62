/**
 * Names an imported request by method and path. Values become names and the query is dropped, so that requests of the
 * same kind share one set of figures.
 */
import { safeDecode } from './address.js'
import { kindOf, valueName } from './segments.js'

/** `GET /users/{userId}/orders`, or `GET auth.example/users` for a host other than the target's. */
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

/** A path for people. `${` in a name would be a variable. */
export function readablePath(path: string): string {
  return safeDecode(path).replace(/\$+(?=\{)/g, '')
}
