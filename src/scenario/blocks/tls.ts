/**
 * `tls`: certificates, keys and versions, checked against each other before anything is sent.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'
import { codeOf, messageOf } from '../../base/errors.js'
import { type Reader, readLabel, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import type { TlsOptions, TlsVersion } from '../model/http-types.js'
import { quoted, type Report, wrongKey } from '../yaml/tree.js'

type TlsInput = FieldsOf<typeof tlsFields>

/** How connections are encrypted. */
export function tlsSchema(leaves: Leaves) {
  return map(tlsFields(leaves), {
    description: 'Encryption of connections. Files are relative to this one.',
    sample: 'ca: ca.pem',
    synonyms: {
      caCert: 'ca',
      cacert: 'ca',
      certificate: 'cert',
      privateKey: 'key',
      password: 'passphrase',
      sni: 'servername',
      rejectUnauthorized: 'insecure',
      insecureSkipTLSVerify: 'insecure',
    },
    check: checkTls,
  })
}

function tlsFields({ text, flag }: Leaves) {
  const examples = ['1.2', '1.3']
  return {
    ca: text(
      pemReader('certificate'),
      'PEM file of the certificate authorities to trust, instead of the default ones.',
    ),
    cert: text(pemReader('certificate'), 'PEM file of the client certificate (mTLS).'),
    key: text(pemReader('private key'), 'PEM file of the private key of cert.'),
    passphrase: text(readText, 'Passphrase of the key. Never shown.'),
    servername: text(readLabel, "Host name for SNI and the certificate check, instead of the URL's."),
    insecure: flag('Do not verify certificates, as with -k.'),
    minVersion: text(readTlsVersion, 'Oldest TLS version to accept.', { examples }),
    maxVersion: text(readTlsVersion, 'Newest TLS version to accept.', { examples }),
    ciphers: text(readCiphers, "Ciphers to offer, in OpenSSL's notation."),
  }
}

/** The options without `insecure`, which `-k` sets as well. */
export function makeTls({ insecure, ...input }: TlsInput): TlsOptions {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

/** Larger files are not certificates. */
const PEM_BYTES_MAX = 1_000_000

/** A reader of PEM files; paths are relative to the scenario's folder. Reports a file without a certificate or key. */
function pemReader(kind: 'certificate' | 'private key'): Reader<string> {
  return (tree, context, report) => {
    const path = readLabel(tree, context, report)
    if (path === null) return null
    if (context.files === undefined)
      return wrong(report, "files can't be read here", 'save the scenario in a file')
    let text: string
    try {
      const bytes = context.files.read(path)
      if (bytes.length > PEM_BYTES_MAX)
        return wrong(report, `${quoted(path)} is too large for a ${kind}`, PEM_HINT)
      text = Buffer.from(bytes).toString('latin1')
    } catch (error) {
      const reason = codeOf(error) === 'ENOENT' ? 'no such file' : messageOf(error).replace(/, \w+ '.*$/, '')
      return wrong(
        report,
        `cannot read ${quoted(path)}: ${reason}`,
        'write a path relative to the scenario file',
      )
    }
    const marker =
      kind === 'certificate'
        ? /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/
        : /-----BEGIN [A-Z ]*PRIVATE KEY-----/
    if (!marker.test(text))
      return wrong(report, `${quoted(path)} contains no ${kind} in PEM format`, PEM_HINT)
    if (kind === 'certificate') {
      const broken = brokenCertificate(text)
      if (broken !== null)
        return wrong(report, `certificate ${broken} in ${quoted(path)} can't be read`, PEM_HINT)
    }
    return text
  }
}

const PEM_HINT = 'write the path of a PEM file, which begins with -----BEGIN'

/** The number of the first broken certificate, from 1; null if all are valid. */
function brokenCertificate(text: string): number | null {
  const parts = text
    .split(/(?=-----BEGIN [A-Z0-9 ]*CERTIFICATE-----)/)
    .filter((part) => part.startsWith('-----'))
  const broken = parts.findIndex((part) => {
    try {
      new X509Certificate(part)
      return false
    } catch {
      return true
    }
  })
  return broken === -1 ? null : broken + 1
}

/** A cipher list in OpenSSL's notation. */
const readCiphers: Reader<string> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  try {
    secureContext({ ciphers: text })
    return text
  } catch {
    return wrong(report, `${quoted(text)} contains no known cipher`, 'run openssl ciphers -v for the names')
  }
}

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** `1.2` or `TLSv1.2`. */
const readTlsVersion: Reader<TlsVersion> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  const number = text.toLowerCase().replace(/^tlsv?/, '')
  const version = VERSIONS.find((each) => each === `TLSv${number === '1.0' ? '1' : number}`)
  return version ?? wrong(report, `${quoted(text)} is not a TLS version`, 'write 1.2 or 1.3')
}

/** Reports conflicts: a key without its certificate, or with a different one's. */
function checkTls(input: TlsInput, report: Report): void {
  const { cert, key, passphrase, minVersion, maxVersion } = input
  if (minVersion && maxVersion && VERSIONS.indexOf(minVersion) > VERSIONS.indexOf(maxVersion)) {
    report({ path: ['minVersion'], message: 'minVersion is above maxVersion', hint: 'swap them' })
  }
  if (cert !== undefined && key === undefined)
    wrongKey(report, ['cert'], 'cert needs its private key', 'add key: client.key')
  if (key !== undefined && cert === undefined)
    wrongKey(report, ['key'], 'key needs its certificate', 'add cert: client.pem')
  if (passphrase != null && key === undefined)
    wrongKey(report, ['passphrase'], 'passphrase needs a key', 'add key: client.key')
  if (!cert || !key) return
  const readable = readKey(key, passphrase ?? undefined, report)
  if (readable === null || new X509Certificate(cert).checkPrivateKey(readable)) return
  const hint = 'use the key that the certificate was issued for'
  report({ path: ['key'], message: "the private key doesn't match the certificate", hint })
}

function readKey(key: string, passphrase: string | undefined, report: Report): KeyObject | null {
  try {
    return createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) })
  } catch {
    const hint = 'add passphrase: "${KEY_PASSPHRASE}"'
    if (!key.includes('ENCRYPTED')) {
      report({ path: ['key'], message: "the private key can't be read", hint: PEM_HINT })
    } else if (passphrase === undefined) {
      report({ path: ['key'], message: 'the private key is encrypted', hint })
    } else {
      const message = "the passphrase doesn't decrypt the private key"
      report({ path: ['passphrase'], message, hint: 'check its value' })
    }
    return null
  }
}

/** Loaded on first use: few scenarios need it, and loading takes as long as reading a scenario. */
function secureContext(options: { readonly ciphers: string }): void {
  const { createSecureContext } = createRequire(import.meta.url)('node:tls') as typeof import('node:tls')
  createSecureContext(options)
}
