/**
 * Certificates of an authority of our own, made with openssl; null where there is none.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  /** Where the files are: ca.pem, server.pem, server.key, client.pem, client.key, locked.key, other.key. */
  readonly folder: string
  read(file: string): string
}

/** What opens `locked.key`. */
export const PASSPHRASE = 'open-sesame'

/** An authority, a server's certificate for shop.test and 127.0.0.1, a client's, its key encrypted, and a stray key. */
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
