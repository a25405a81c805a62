/**
 * The fields of `tls`.
 */
import { readLabel, readText } from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { map } from '../fields/schema.js'
import type { Leaves } from './leaves.js'
import { checkTls, pemReader, readCiphers, readTlsVersion } from './tls-files.js'

/** How connections are encrypted. */
export function tlsSchema({ leaf, flag }: Leaves) {
  const version = (description: string) =>
    leaf(readTlsVersion, { ...json.TEXT, description, examples: ['1.2', '1.3'] }).optional()
  return map(
    {
      ca: leaf(pemReader('certificate'), {
        ...json.TEXT,
        description: 'PEM file of the certificate authorities to trust, instead of the default ones.',
      }).optional(),
      cert: leaf(pemReader('certificate'), {
        ...json.TEXT,
        description: 'PEM file of the client certificate (mTLS).',
      }).optional(),
      key: leaf(pemReader('private key'), {
        ...json.TEXT,
        description: 'PEM file of the private key of cert.',
      }).optional(),
      passphrase: leaf(readText, {
        ...json.TEXT,
        description: 'Passphrase of the key. Never shown.',
      }).optional(),
      servername: leaf(readLabel, {
        ...json.TEXT,
        description: "Host name for SNI and the certificate check, instead of the URL's.",
      }).optional(),
      insecure: flag('Do not verify certificates, as with -k.'),
      minVersion: version('Oldest TLS version to accept.'),
      maxVersion: version('Newest TLS version to accept.'),
      ciphers: leaf(readCiphers, {
        ...json.TEXT,
        description: "Ciphers to offer, in OpenSSL's notation.",
      }).optional(),
    },
    {
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
    },
  )
}
