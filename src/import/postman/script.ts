/**
 * Translates Postman test scripts as far as a scenario can express them. Statements are recognized one by one; all
 * others are returned, to be noted.
 */
import { STATUS_CODES } from 'node:http'
import { type Origin, readOrigin, stripComments, upToClosing, writePath } from './code.js'

/** The results of a script. */
export interface Script {
  /** The statuses that it accepts. */
  readonly status: readonly (number | '2xx')[]
  /** Variables and where to capture them, as a scenario writes it. */
  readonly captures: ReadonlyMap<string, string | Readonly<Record<string, string>>>
  /** A text that the body must contain. */
  readonly body: string | null
  /** Expected values by JSON path. */
  readonly json: ReadonlyMap<string, string | number | boolean>
  /** Variables that it sets in a way that isn't understood. */
  readonly sets: readonly string[]
  /** Variables that it sets to a constant. */
  readonly fixed: ReadonlyMap<string, string>
  /** The lines that were not understood. */
  readonly rest: readonly string[]
}

/** Reads a script. Before a request there is no response, so only constants are read. */
export function readScript(code: string, hasResponse: boolean): Script {
  const reader = new ScriptReader(stripComments(code).slice(0, CODE_MAX), hasResponse)
  if (hasResponse) {
    reader.readNames()
    reader.readStatus()
  }
  reader.readSetters()
  if (hasResponse) reader.readExpectations()
  return reader.finish()
}

const CODE_MAX = 200_000
const TEXT = String.raw`(["'\x60])((?:[^\\"'\x60]|\\.)*?)`
const EQUALS = String.raw`\.to(?:\.be)?(?:\.deep)?\.(?:equals?|eql|eq)\s*\(`

class ScriptReader {
  private code: string
  private readonly hasResponse: boolean
  private readonly names = new Map<string, Origin>()
  private readonly status = new Set<number | '2xx'>()
  private readonly captures = new Map<string, string | Record<string, string>>()
  private readonly json = new Map<string, string | number | boolean>()
  private readonly fixed = new Map<string, string>()
  private readonly sets: string[] = []
  private body: string | null = null

  constructor(code: string, hasResponse: boolean) {
    this.code = code
    this.hasResponse = hasResponse
  }

  /** Reads the script's own variables: `const json = pm.response.json()`, `const { token } = json`. */
  readNames(): void {
    const declared =
      /(?:\b(?:const|let|var)\s+)?(?:\{([^{}]*)\}|(?<![.\w$"'`])([A-Za-z_$][\w$]*))\s*=(?![=>])\s*([^;\n]+);?/g
    this.code = this.code.replace(
      declared,
      (whole, fields: string | undefined, name: string, value: string) => {
        const origin = readOrigin(value, this.names)
        if (origin === null) return whole
        if (fields === undefined) this.names.set(name, origin)
        else if ('json' in origin) {
          for (const part of fields.split(',')) {
            const [key, alias = key] = part.split(':').map((word) => word.trim())
            if (key) this.names.set(alias!, { json: [...origin.json, key] })
          }
        }
        return ''
      },
    )
  }

  readStatus(): void {
    this.take(
      /\bpm\.(?:response|expect\(\s*pm\.response\s*\))\.to\.have\.status\(\s*(\d{3})\s*\)/g,
      ([, code]) => this.accept(Number(code)),
    )
    this.take(
      new RegExp(`\\bpm\\.response\\.to\\.have\\.status\\(\\s*${TEXT}\\1\\s*\\)`, 'g'),
      ([, , reason]) => this.acceptReason(reason!),
    )
    this.take(/\bpm\.response\.to\.be\.(success|ok)\b/g, ([, word]) =>
      this.accept(word === 'ok' ? 200 : '2xx'),
    )
    const code = String.raw`\bpm\.expect\(\s*(?:pm\.response\.code|pm\.response\.status|responseCode\.code)\s*\)`
    this.take(new RegExp(String.raw`${code}${EQUALS}\s*(\d{3})\s*\)`, 'g'), ([, n]) => this.accept(Number(n)))
    this.take(new RegExp(String.raw`${code}\.to\.be\.oneOf\(\s*\[([\d\s,]+)\]\s*\)`, 'g'), ([, all]) =>
      all!.split(',').every((n) => n.trim() === '' || this.accept(Number(n))),
    )
    this.take(
      /\btests\[[^\]]*\]\s*=\s*((?:\|\|\s*)?\(?\s*responseCode\.code\s*===?\s*\d{3}\s*\)?\s*)+(?=;|\n|$)/g,
      ([all]) => [...all!.matchAll(/===?\s*(\d{3})/g)].every(([, n]) => this.accept(Number(n))),
    )
  }

  /** Reads `pm.environment.set("token", json.token)` and the older `postman.setEnvironmentVariable`. */
  readSetters(): void {
    const setter = new RegExp(
      String.raw`\b(?:pm\.(?:environment|collectionVariables|globals|variables)\.set|postman\.set(?:Environment|Global)Variable)\(\s*${TEXT}\1\s*,`,
      'g',
    )
    let code = ''
    let end = 0
    for (const match of this.code.matchAll(setter)) {
      if (match.index < end) continue
      const from = match.index + match[0].length
      const value = upToClosing(this.code, from)
      if (!this.set(match[2]!, value.trim())) continue
      code += this.code.slice(end, match.index)
      end = from + value.length + 1
    }
    this.code = code + this.code.slice(end)
  }

  /** Reads `pm.expect(json.total).to.eql(3)` and `pm.expect(pm.response.text()).to.include("ok")`. */
  readExpectations(): void {
    this.take(
      new RegExp(
        String.raw`\bpm\.expect\(\s*pm\.response\.text\(\s*\)\s*\)\.to\.(?:include|contain)s?\(\s*${TEXT}\1\s*\)`,
        'g',
      ),
      ([, , text]) => this.contain(text!),
    )
    const value = String.raw`(?:${TEXT}\2|(-?\d+(?:\.\d+)?|true|false))`
    this.take(
      new RegExp(String.raw`\bpm\.expect\(([^()\n]*(?:\(\s*\)[^()\n]*)?)\)${EQUALS}\s*${value}\s*\)`, 'g'),
      (match) =>
        this.equal(
          match[1]!,
          match[4] === undefined ? match[3]! : (JSON.parse(match[4]) as number | boolean),
        ),
    )
    this.take(
      new RegExp(
        String.raw`\bpm\.expect\(([^()\n]*(?:\(\s*\)[^()\n]*)?)\)\.to\.have\.property\(\s*${TEXT}\2\s*\)`,
        'g',
      ),
      ([, from, , name]) => this.exist(from!, name!),
    )
  }

  finish(): Script {
    const { captures, body, json, sets, fixed } = this
    return { status: [...this.status], captures, body, json, sets, fixed, rest: linesLeft(this.code) }
  }

  /** Removes the matches that `use` accepts from the code. */
  private take(pattern: RegExp, use: (match: readonly (string | undefined)[]) => boolean): void {
    this.code = this.code.replace(pattern, (...match) => (use(match as string[]) ? '' : match[0]))
  }

  private accept(status: number | '2xx'): boolean {
    const isStatus = status === '2xx' || (status >= 100 && status <= 599)
    if (isStatus) this.status.add(status)
    return isStatus
  }

  private acceptReason(reason: string): boolean {
    const code = Object.keys(STATUS_CODES).find((key) => STATUS_CODES[key] === reason)
    return code !== undefined && this.accept(Number(code))
  }

  private set(name: string, value: string): boolean {
    const origin = this.hasResponse ? readOrigin(value, this.names) : null
    const source = origin === null ? null : writeSource(origin)
    const literal = /^(["'`])([^"'`\\$]*)\1$/.exec(value)?.[2] ?? /^-?\d+(?:\.\d+)?$/.exec(value)?.[0]
    if (source !== null) this.captures.set(name, source)
    else if (literal !== undefined) this.fixed.set(name, literal)
    else this.sets.push(name)
    return source !== null || literal !== undefined
  }

  private contain(text: string): boolean {
    if (this.body !== null || text === '' || /\\|\{\{|\$\{/.test(text)) return false
    this.body = text
    return true
  }

  private exist(expression: string, name: string): boolean {
    const origin = readOrigin(expression, this.names)
    const path = origin !== null && 'json' in origin ? writePath([...origin.json, name]) : null
    // A check of the value says more than one of its existence.
    if (path !== null && !this.json.has(path)) this.json.set(path, 'exists')
    return path !== null
  }

  private equal(expression: string, value: string | number | boolean): boolean {
    const origin = readOrigin(expression, this.names)
    const path = origin !== null && 'json' in origin ? writePath(origin.json) : null
    // A scenario would read it as a comparison or a template, or not at all.
    if (
      path === null ||
      (typeof value === 'string' && /^$|\\|^\s*[<>=!]|\{\{|\$\{|^(?:exists|missing)$/.test(value))
    )
      return false
    this.json.set(path, value)
    return true
  }
}

function writeSource(origin: Origin): string | Record<string, string> | null {
  if ('json' in origin) return origin.json.length === 0 ? null : writePath(origin.json)
  return { ...origin }
}

/** The lines that are left without scaffolding: tests, conditions, brackets, logging. */
function linesLeft(code: string): string[] {
  const bare = dropCalls(code, /\bconsole\.\w+\s*\(/g)
    .replace(
      /\bpm\.test\s*\(\s*(["'`])(?:[^\\]|\\.)*?\1\s*,\s*(?:async\s*)?(?:function\s*\w*\s*\([^)]*\)|\([^)]*\)\s*=>|\w+\s*=>)/g,
      '',
    )
    .replace(/\bcatch\s*\([^)]*\)|\b(?:else|try|finally)\b|["']use strict["']/g, '')
  return dropCalls(bare, /\bif\s*\(/g)
    .split('\n')
    .map((line) =>
      line
        .replace(/\s+/g, ' ')
        .replace(/^[\s{};]+/, '')
        .trimEnd(),
    )
    .filter((line) => /[^\s{}();,]/.test(line))
}

/** Removes calls that the pattern starts, up to their closing bracket. */
function dropCalls(code: string, pattern: RegExp): string {
  let kept = ''
  let end = 0
  for (const match of code.matchAll(pattern)) {
    if (match.index < end) continue
    const from = match.index + match[0].length
    kept += code.slice(end, match.index)
    end = from + upToClosing(code, from).length + 1
  }
  return kept + code.slice(end)
}
