/**
 * Certificates of our own authority, made with openssl; null without openssl.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  /** The directory of ca.pem, server.pem, server.key, client.pem, client.key, locked.key and other.key. */
  readonly folder: string
  read(file: string): string
}

/** The passphrase of `locked.key`. */
export const PASSPHRASE = 'open-sesame'

/**
 * Makes an authority, a server certificate for shop.test and 127.0.0.1, a client certificate, its key encrypted, and
 * an unrelated key.
 */
export function makeCertificates(): Certificates | null {
  const folder = mkdtempSync(join(tmpdir(), 'perfctl-certificates-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const issue = (name: string, ...extension: string[]) =>
    openssl(
      ...['req', '-x509', ...curve, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`],
      ...['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2', ...extension],
    )
  try {
    openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test authority')
    issue('server', '-addext', 'subjectAltName=DNS:shop.test,IP:127.0.0.1')
    issue('client')
    issue('other')
    openssl('ec', '-in', 'client.key', '-aes256', '-passout', `pass:${PASSPHRASE}`, '-out', 'locked.key')
    return { folder, read: (file) => readFileSync(join(folder, file), 'utf8') }
  } catch {
    return null
  }
}
