/**
 * The walls of the source tree as a function from one file to what is wrong with it. What a file *uses* is read from
 * its syntax tree, so that comments, strings and names of properties don't matter; whom it imports and what it
 * documents is read from its text, because types leave no trace in the tree.
 */
import { dirname, join } from 'node:path/posix'
import { parseAst, transformWithEsbuild } from 'vite'

/** Lower floors may be imported, the own folder too; nothing else. */
const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  stats: 1,
  scenario: 2,
  import: 3,
  plan: 3,
  load: 4,
  verdict: 4,
  demo: 4,
  report: 5,
  run: 6,
  commands: 7,
  'cli.ts': 8,
  'start.ts': 9,
  'index.ts': 7,
}

/** One vendor, one file. */
const VENDORS: Readonly<Record<string, string>> = {
  commander: 'cli.ts',
  yaml: 'scenario/yaml/yaml.ts',
  undici: 'load/http/http1/undici-reader.ts',
  'tough-cookie': 'load/http/layers/cookies.ts',
  'hdr-histogram-js': 'stats/read-histogram.ts',
  'cli-table3': 'report/table.ts',
  'string-width': 'report/width.ts',
  chalk: 'report/style.ts',
  'json-p3': 'scenario/blocks/json-query.ts',
  acorn: 'import/postman/javascript.ts',
  '@eslint-community/regexpp': 'import/openapi/pattern.ts',
  '@nats-io/transport-node': 'run/agents/broker.ts',
}

const MAY_USE_PROCESS = ['start.ts', 'base/host.ts', 'base/clock.ts', 'demo/main.ts']
const CLOCK = 'base/clock.ts'
const RANDOMNESS = 'base/rng.ts'

/** What is wrong with one source file, a sentence each. `file` is its path below src/. */
export async function findViolations(file: string, text: string): Promise<string[]> {
  const imports = listImports(text)
  const uses = await listUses(text)
  return [
    ...imports.flatMap((specifier) => checkImport(file, specifier)),
    ...[...uses].flatMap((use) => checkUse(file, use)),
    ...checkComments(text),
  ]
}

/** Files that import each other, directly or by way of others, types included: each loop with all that are in it. */
export function findLoops(files: readonly string[], textOf: (file: string) => string): string[][] {
  const known = new Set(files)
  const imports = new Map(
    files.map((file) => {
      const local = listImports(textOf(file)).filter((specifier) => specifier.startsWith('.'))
      const targets = local.map((specifier) => join(dirname(file), specifier).replace(/\.js$/, '.ts'))
      return [file, targets.filter((target) => known.has(target))]
    }),
  )
  const reachable = (from: string): Set<string> => {
    const seen = new Set<string>()
    const open = [from]
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      for (const target of imports.get(file)!) {
        if (seen.has(target)) continue
        seen.add(target)
        open.push(target)
      }
    }
    return seen
  }
  const reach = new Map(files.map((file) => [file, reachable(file)]))
  const loops = new Map<string, string[]>()
  for (const file of files) {
    if (!reach.get(file)!.has(file)) continue
    const loop = [...reach.get(file)!].filter((other) => reach.get(other)!.has(file)).sort()
    loops.set(loop[0]!, loop)
  }
  return [...loops.values()]
}

/** The names that a script imports from the built program though its source exports none of that name. */
export function findMissing(file: string, text: string, textOf: (path: string) => string): string[] {
  const statements = text.matchAll(/^import\s+\{([^}]*)\}\s+from\s+['"](\.[^'"]*\/dist\/[^'"]+)['"]/gm)
  return [...statements].flatMap(([, names, specifier]) => {
    const source = join(dirname(file), specifier!)
      .replace(/^dist\//, 'src/')
      .replace(/\.js$/, '.ts')
    const exported = textOf(source).match(/^export .*(?:\n {2}.*)*/gm) ?? []
    return names!
      .split(',')
      .map((name) => name.trim().split(' as ')[0]!)
      .filter((name) => name !== '' && !exported.some((line) => new RegExp(`\\b${name}\\b`).test(line)))
      .map((name) => `${source} exports no ${name}`)
  })
}

function checkImport(file: string, specifier: string): string[] {
  if (specifier.startsWith('node:')) {
    return specifier === 'node:process' ? checkUse(file, 'process') : []
  }
  if (!specifier.startsWith('.')) {
    const vendor = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    return VENDORS[vendor] === file ? [] : [`imports ${vendor}: only ${VENDORS[vendor] ?? 'nobody'} may`]
  }
  const target = join(dirname(file), specifier)
  const [from, to] = [folderOf(file), folderOf(target.replace(/\.js$/, '.ts'))]
  if (FLOORS[from] === undefined) return [`lies in ${from}, which has no floor`]
  if (FLOORS[to] === undefined) return [`imports ${target}, which has no floor`]
  return from === to || FLOORS[to] < FLOORS[from] ? [] : [`imports ${target}: ${from} may not know ${to}`]
}

function checkUse(file: string, use: string): string[] {
  if (use === 'console') return ['uses console']
  if (use === 'process') {
    return MAY_USE_PROCESS.includes(file) ? [] : ['uses process']
  }
  if (TIME.has(use)) return file === CLOCK ? [] : [`uses ${use}: time comes from ${CLOCK}`]
  return file === RANDOMNESS ? [] : [`uses ${use}: randomness comes from ${RANDOMNESS}`]
}

/** Every export has a comment; the first one of a file may do with the file's own. */
function checkComments(text: string): string[] {
  const lines = text.split('\n')
  const exported = lines.flatMap((line, index) => (/^export (?!\*|\{|type \{)/.test(line) ? [index] : []))
  return exported
    .filter((index) => !lines[index - 1]?.endsWith('*/'))
    .filter((index) => !(index === exported[0] && text.startsWith('/**')))
    .map((index) => `exports without a comment: ${lines[index]!.split(/ [={(]|[<(:]/, 1)[0]}`)
}

function folderOf(file: string): string {
  return file.split('/')[0]!
}

function listImports(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]/gm)
  const bare = text.matchAll(/^import\s+['"]([^'"]+)['"]/gm)
  const calls = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)
  return [...statements, ...bare, ...calls].map((match) => match[1]!)
}

const TIME = new Set([
  'Date.now',
  'Date()',
  'new Date()',
  'performance.now',
  'performance.timeOrigin',
  'hrtime',
])

/** A node of the syntax tree (ESTree), as far as it's looked at here. */
interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

/** The forbidden things that a file uses, wherever they are allowed: `console`, `process`, members of TIME, … */
async function listUses(text: string): Promise<ReadonlySet<string>> {
  const { code } = await transformWithEsbuild(text, 'file.ts', { target: 'esnext' })
  const uses = new Set<string>()
  walk(parseAst(code) as unknown as Node, (node) => {
    const use = useOf(node)
    if (use !== null) uses.add(use)
  })
  return uses
}

function useOf(node: Node): string | null {
  if (node.type === 'Identifier') return ['console', 'process'].includes(nameOf(node)) ? nameOf(node) : null
  if (node.type === 'NewExpression') return isBareDate(node) ? 'new Date()' : null
  if (node.type === 'CallExpression') return nameOf(node.callee) === 'Date' ? 'Date()' : null
  if (node.type === 'ImportDeclaration') return useOfImport(node)
  if (node.type !== 'MemberExpression') return null
  const path = `${nameOf(node.object)}.${nameOf(node.property)}`
  if (path === 'globalThis.console' || path === 'globalThis.process') return nameOf(node.property)
  if (nameOf(node.property) === 'hrtime') return 'hrtime'
  if (TIME.has(path) || path === 'Math.random') return path
  return nameOf(node.object) === 'crypto' && /random/i.test(nameOf(node.property)) ? path : null
}

/** `import { randomInt } from 'node:crypto'`, `import { hrtime } from 'node:process'`. */
function useOfImport(node: Node): string | null {
  const names = (node.specifiers as Node[]).map((specifier) => nameOf(specifier.imported))
  const source = (node.source as { value: string }).value
  if (source === 'node:process') return names.includes('hrtime') ? 'hrtime' : null
  if (source !== 'node:crypto') return null
  return names.find((name) => /random|webcrypto/i.test(name)) ?? null
}

function isBareDate(node: Node): boolean {
  return nameOf(node.callee) === 'Date' && (node.arguments as unknown[]).length === 0
}

/** The name of an identifier, the text of a string key; empty for anything else. */
function nameOf(node: unknown): string {
  const { name, value } = (node ?? {}) as { name?: unknown; value?: unknown }
  return typeof name === 'string' ? name : typeof value === 'string' ? value : ''
}

/** Visits all nodes but the names of properties, which mean nothing by themselves. */
function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const [key, value] of Object.entries(node)) {
    if ((key === 'property' || key === 'key') && node.computed !== true) continue
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(child as Node, visit)
    }
  }
}
