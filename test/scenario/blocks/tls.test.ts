import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { UserError } from '../../../src/base/errors.js'
import { renderProblem } from '../../../src/base/problem.js'
import { scenarioHash } from '../../../src/scenario/model/hash.js'
import { readScenario } from '../../../src/scenario/read.js'
import { makeCertificates, PASSPHRASE } from '../../load/http/certificates.js'

const certificates = makeCertificates()
const FILES: Record<string, string> = {
  'empty.pem': '',
  'broken.pem': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n',
  'huge.pem': 'x'.repeat(2e6),
}

function read(tls: string, env: Record<string, string> = {}) {
  const files = {
    read: (path: string) =>
      FILES[path] === undefined ? readFileSync(join(certificates!.folder, path)) : Buffer.from(FILES[path]),
  }
  return readScenario(`http: { tls: ${tls} }\nrequests: [{ get: / }]\n`, { file: 'a.yaml', env, files })
}

/** The first problem: its place, message and hint. */
function mistakesOf(tls: string, env: Record<string, string> = {}): string {
  try {
    read(tls, env)
  } catch (error) {
    return (error as UserError).problems.map(renderProblem).join('\n')
  }
  throw new Error(`${tls} was read without a complaint`)
}

describe.skipIf(certificates === null)('the files of tls', () => {
  test('are read with the other options', () => {
    const text = `{ ca: ca.pem, cert: client.pem, key: locked.key, passphrase: "${PASSPHRASE}", servername: shop.test, insecure: true, minVersion: 1.2, maxVersion: TLSv1.3, ciphers: "HIGH:!aNULL" }`
    const { http } = read(text)
    expect(http.insecure).toBe(true)
    expect(http.tls).toEqual({
      ca: certificates!.read('ca.pem'),
      cert: certificates!.read('client.pem'),
      key: certificates!.read('locked.key'),
      passphrase: PASSPHRASE,
      servername: 'shop.test',
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: 'HIGH:!aNULL',
    })
  })

  test.each([
    ['{ ca: nowhere.pem }', /^a.yaml:1:20: http.tls.ca: cannot read "nowhere.pem": no such file\n/],
    ['{ ca: . }', /http.tls.ca: cannot read ".": EISDIR/],
    ['{ ca: empty.pem }', /http.tls.ca: "empty.pem" contains no certificate in PEM format\n/],
    ['{ ca: client.key }', /http.tls.ca: "client.key" contains no certificate in PEM format\n/],
    ['{ ca: broken.pem }', /http.tls.ca: certificate 1 in "broken.pem" can't be read\n/],
    ['{ ca: huge.pem }', /http.tls.ca: "huge.pem" is too large for a certificate\n/],
    ['{ cert: client.pem }', /^a.yaml:1:16: http.tls: cert needs its private key\n[\s\S]*hint: add key/],
    ['{ key: client.key }', /^a.yaml:1:16: http.tls: key needs its certificate\n/],
    [
      '{ cert: client.pem, key: client.pem }',
      /http.tls.key: "client.pem" contains no private key in PEM format\n/,
    ],
    [
      '{ cert: client.pem, key: other.key }',
      /^a.yaml:1:39: http.tls.key: the private key doesn't match the certificate\n/,
    ],
    ['{ cert: client.pem, key: locked.key }', /http.tls.key: the private key is encrypted\n/],
    ['{ ca: ca.pem, passphrase: abcd }', /http.tls: passphrase needs a key\n/],
    ['{ minVersion: 1.3, maxVersion: 1.2 }', /http.tls.minVersion: minVersion is above maxVersion\n/],
    ['{ minVersion: 3 }', /"3" is not a TLS version\n[\s\S]*hint: write 1.2 or 1.3/],
    ['{ ciphers: NONE-OF-THESE }', /"NONE-OF-THESE" contains no known cipher\n/],
  ])('are rejected with their place: %s', (tls, message) => {
    expect(mistakesOf(tls)).toMatch(message)
  })

  test('and a wrong passphrase is not shown', () => {
    const text = '{ cert: client.pem, key: locked.key, passphrase: "${PHRASE}" }'
    const shown = mistakesOf(text, { PHRASE: 'abracadabra' })
    expect(shown).toMatch(/http.tls.passphrase: the passphrase doesn't decrypt the private key\n/)
    expect(shown).not.toContain('abracadabra')
    const { secrets } = read(text, { PHRASE: PASSPHRASE })
    expect(secrets).toContain(PASSPHRASE)
  })

  test('are not part of the hash, like the rest of the route to the target', () => {
    const plain = scenarioHash(read('{}'))
    expect(scenarioHash(read('{ ca: ca.pem }'))).toBe(plain)
    expect(scenarioHash(read('{ cert: client.pem, key: client.key, servername: a }'))).toBe(plain)
    expect(scenarioHash(read('{ maxVersion: 1.2 }'))).not.toBe(plain)
  })

  test('need access to files', () => {
    const text = 'http: { tls: { ca: ca.pem } }\nrequests: [{ get: / }]\n'
    expect(() => readScenario(text, { file: 'a', env: {} })).toThrow("files can't be read here")
  })
})
