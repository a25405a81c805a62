/**
 * What has to hold whatever the input: it is taken, or refused in a way that helps.
 */

/** What no terminal should get: all controls but newline and tab, what turns the direction of text, half characters. */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/u

/** Lines beyond are no messages for people. */
const LINE_MAX = 2000
const TEXT_MAX = 500_000

/**
 * What is wrong with an outcome, in a few words; null when nothing is. `outcome`: `code`, `stderr` and `stdout` of a
 * command; `places` tells whether each problem has to name a line; `codes`: which exit codes may be;
 * `textMax`: the most that may be written.
 */
export function findFault({ code, stderr, stdout = '', places = false, codes = [0, 2], textMax = TEXT_MAX }) {
  if (!codes.includes(code)) return `exit code ${code}: ${firstFrame(stderr)}`
  for (const [stream, text] of [
    ['stderr', stderr],
    ['stdout', stdout],
  ]) {
    const unsafe = UNSAFE.exec(text)
    if (unsafe !== null) return `${stream} holds ${codeOf(unsafe[0])}: ${around(text, unsafe.index)}`
    if (text.length > textMax) return `${stream} has ${text.length} characters`
  }
  const long = stderr.split('\n').find((line) => line.length > LINE_MAX)
  if (long !== undefined) return `a line of ${long.length} characters on stderr: ${long.slice(0, 60)}`
  const slip = /\[object \w+\]|\bundefined\b/.exec(stderr)
  if (slip !== null) return `stderr says ${slip[0]}: ${around(stderr, slip.index)}`
  if (code === 2 && stderr.trim() === '') return 'refused without a word'
  if (code === 2 && places) {
    const placeless = stderr
      .split('\n\n')
      .find((problem) => problem.trim() !== '' && !/^\S.*?:\d+:\d+: /.test(problem.trimStart()))
    if (placeless !== undefined) return `a problem without a place: ${placeless.slice(0, 80)}`
  }
  return null
}

/** Of a stack trace: the message, and the first line of it that is ours. */
function firstFrame(stderr) {
  const message = /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.slice(0, 80)
  const frame = /dist\/[\w./-]+:\d+/.exec(stderr)?.[0] ?? 'no frame'
  return `${message.slice(0, 100)} at ${frame}`
}

function around(text, at) {
  return JSON.stringify(text.slice(Math.max(0, at - 40), at + 20))
}

function codeOf(char) {
  return `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
