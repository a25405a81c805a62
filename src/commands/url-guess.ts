/**
 * Recognizes URLs without a scheme, as people type them.
 */

/**
 * The URL meant by a text without a scheme, such as `localhost:3000/x`, `127.0.0.1:8080` or `example.com/path`.
 * Null if it is more likely a file. Local hosts get http, others https.
 */
export function guessUrl(text: string): string | null {
  const [, host, port, path = ''] =
    /^(\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]*[a-z\d])?)(?::(\d{1,5}))?([/?].*)?$/i.exec(text) ?? []
  if (host === undefined || FILE.test(text)) return null
  const isNear = isAddress(host) || !host.includes('.') || NEAR.test(host)
  // A single word may be a folder and a name with a dot a file, unless a port or path shows that it is a host.
  const isHost = isAddress(host) || /^localhost$/i.test(host) || port !== undefined
  if (!isHost && !(host.includes('.') && path !== '')) return null
  const isSecure = port === undefined ? !isNear : SECURE_PORTS.includes(Number(port))
  const url = `${isSecure ? 'https' : 'http'}://${text}`
  return URL.canParse(url) ? url : null
}

/** Names with these endings are misspelled or missing files. */
const FILE = /\.(?:ya?ml|json|csv)$/i

/** Names that no public server has. */
const NEAR = /\.(?:local|localhost|internal|lan|home|test|docker|cluster)$/i

const SECURE_PORTS: readonly number[] = [443, 8443]

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
}
