/**
 * Parses curl's flags.
 */
import type { Notes } from '../notes.js'

/** A flag on a command line. */
export interface Flag {
  /** Its long name, without dashes. An unknown flag as written. */
  readonly name: string
  readonly value: string
  /** Whether it was negated with `no-`. */
  readonly isOff: boolean
}

/** A parsed command line. */
export interface Arguments {
  readonly flags: readonly Flag[]
  readonly urls: readonly string[]
}

/** Flags with a value. {@link LETTERS} has those with a short form. */
const WITH_VALUE =
  'aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to continue-at cookie cookie-jar ' +
  'crlfile data data-ascii data-binary data-raw data-urlencode dns-servers doh-url dump-header expect100-timeout ' +
  'form form-string happy-eyeballs-timeout-ms haproxy-clientip header hostpubsha256 interface ipfs-gateway json ' +
  'keepalive-cnt keepalive-time key key-type libcurl limit-rate local-port max-filesize max-redirs max-time netrc-file ' +
  'noproxy oauth2-bearer output output-dir parallel-max pass pinnedpubkey postquote preproxy proto proto-default ' +
  'proto-redir proxy proxy-cacert proxy-cert proxy-header proxy-key proxy-pass proxy-user proxy1.0 quote range rate ' +
  'referer request request-target resolve retry retry-delay retry-max-time socks4 socks4a socks5 socks5-hostname ' +
  'speed-limit speed-time stderr time-cond tls-max tls13-ciphers trace trace-ascii unix-socket abstract-unix-socket ' +
  'upload-file url url-query user user-agent write-out curves dns-interface dns-ipv4-addr engine egd-file random-file ' +
  'service-name tlsauthtype tlsuser tlspassword variable etag-save etag-compare create-file-mode alt-svc hsts'

const PLAIN =
  'anyauth append basic buffer cert-status compressed compressed-ssh create-dirs digest disable disable-eprt disable-epsv ' +
  'disallow-username-in-url doh-insecure fail fail-early fail-with-body false-start form-escape get globoff head http0.9 ' +
  'http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only include insecure ipv4 ipv6 junk-session-cookies ' +
  'keepalive list-only location location-trusted manual negotiate netrc netrc-optional next npn ntlm parallel ' +
  'parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter proxytunnel raw remote-header-name ' +
  'remote-name remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused sessionid show-error ' +
  'show-headers silent skip-existing ssl ssl-reqd ssl-no-revoke ssl-revoke-best-effort styled-output suppress-connect-headers ' +
  'tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose ' +
  'version xattr alpn clobber sslv2 sslv3 ca-native out-null'

const LETTERS: Readonly<Record<string, string>> = {
  0: 'http1.0',
  1: 'tlsv1',
  2: 'sslv2',
  3: 'sslv3',
  4: 'ipv4',
  6: 'ipv6',
  ':': 'next',
  '#': 'progress-bar',
  A: 'user-agent',
  B: 'use-ascii',
  C: 'continue-at',
  D: 'dump-header',
  E: 'cert',
  F: 'form',
  G: 'get',
  H: 'header',
  I: 'head',
  J: 'remote-header-name',
  K: 'config',
  L: 'location',
  M: 'manual',
  N: 'no-buffer',
  O: 'remote-name',
  Q: 'quote',
  R: 'remote-time',
  S: 'show-error',
  T: 'upload-file',
  U: 'proxy-user',
  V: 'version',
  X: 'request',
  Y: 'speed-limit',
  Z: 'parallel',
  a: 'append',
  b: 'cookie',
  c: 'cookie-jar',
  d: 'data',
  e: 'referer',
  f: 'fail',
  g: 'globoff',
  i: 'include',
  j: 'junk-session-cookies',
  k: 'insecure',
  l: 'list-only',
  m: 'max-time',
  n: 'netrc',
  o: 'output',
  p: 'proxytunnel',
  q: 'disable',
  r: 'range',
  s: 'silent',
  t: 'telnet-option',
  u: 'user',
  v: 'verbose',
  w: 'write-out',
  x: 'proxy',
  y: 'speed-time',
  z: 'time-cond',
}

const VALUED: ReadonlySet<string> = new Set([...WITH_VALUE.split(' '), 'telnet-option'])
const ALL: readonly string[] = [...VALUED, ...PLAIN.split(' ')]

/**
 * Splits the words after `curl` into flags and URLs. `next` stays among the flags. An unknown flag may take a value or
 * not: the next word counts as its value if it's neither a URL nor a flag.
 */
export function readArguments(words: readonly string[], notes: Notes): Arguments[] {
  const requests: { flags: Flag[]; urls: string[] }[] = [{ flags: [], urls: [] }]
  let isOver = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const current = requests.at(-1)!
    const take = () => words[++at] ?? ''
    if (isOver || !word.startsWith('-') || word === '-') current.urls.push(word)
    else if (word === '--') isOver = true
    else {
      const flags = word.startsWith('--') ? [readLong(word, take)] : readLetters(word, take)
      const known = flags.filter((flag): flag is Flag => flag !== null)
      if (known.length < flags.length) {
        const value = isValue(words[at + 1]) ? ` ${take()}` : ''
        notes.add('left out unknown curl flags', word + value)
      }
      if (known.some(({ name }) => name === 'next')) requests.push({ flags: [], urls: [] })
      else current.flags.push(...known)
    }
  }
  return requests
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && !word.startsWith('-') && !/^https?:|^\ue000/i.test(word) && !/[./]/.test(word)
}

/** `--data`, `--no-buffer`, or an unambiguous prefix of a name; null for an unknown flag. */
function readLong(word: string, take: () => string): Flag | null {
  const written = word.slice(2)
  const isOff = written.startsWith('no-')
  const name = completed(isOff ? written.slice(3) : written)
  if (name === null) return null
  return { name, value: VALUED.has(name) && !isOff ? take() : '', isOff }
}

function completed(start: string): string | null {
  if (ALL.includes(start)) return start
  const fitting = ALL.filter((name) => name.startsWith(start))
  return fitting.length === 1 ? fitting[0]! : null
}

/** `-sSLk`, `-XPOST`, `-d @file`: short flags, up to one that takes the rest or the next word as its value. */
function readLetters(word: string, take: () => string): (Flag | null)[] {
  const flags: (Flag | null)[] = []
  for (let at = 1; at < word.length; at++) {
    const long = Object.hasOwn(LETTERS, word[at]!) ? LETTERS[word[at]!]! : null
    if (long === null) return [...flags, null]
    const isOff = long.startsWith('no-')
    const name = isOff ? long.slice(3) : long
    if (!VALUED.has(name)) {
      flags.push({ name, value: '', isOff })
      continue
    }
    const rest = word.slice(at + 1)
    return [...flags, { name, value: rest === '' ? take() : rest, isOff }]
  }
  return flags
}
