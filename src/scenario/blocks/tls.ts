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
        description:
          'A PEM file with the certificates that vouch for the service, instead of the usual ones.',
      }).optional(),
      cert: leaf(pemReader('certificate'), {
        ...json.TEXT,
        description: "A PEM file with the user's certificate, for services that ask for one (mTLS).",
      }).optional(),
      key: leaf(pemReader('private key'), {
        ...json.TEXT,
        description: 'A PEM file with the private key of cert.',
      }).optional(),
      passphrase: leaf(readText, {
        ...json.TEXT,
        description: 'What opens the key. Never shown.',
      }).optional(),
      servername: leaf(readLabel, {
        ...json.TEXT,
        description: "The name to ask for (SNI) and to check, instead of the URL's.",
      }).optional(),
      insecure: flag('Does not check certificates; so does -k.'),
      minVersion: version('The oldest version of TLS to speak.'),
      maxVersion: version('The newest version of TLS to speak.'),
      ciphers: leaf(readCiphers, {
        ...json.TEXT,
        description: 'The ciphers to offer, as OpenSSL writes them.',
      }).optional(),
    },
    {
      description: 'How connections are encrypted. Files are relative to this one.',
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
