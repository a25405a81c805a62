/**
 * Checks what `npm publish` would ship: the program and its types, nothing else, all in working order. Run by
 * `npm run shape` after a build.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { TOPICS } from '../dist/commands/topics.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** The pages that `perfctl help` prints. */
const PAGES = TOPICS.map(({ name }) => `docs/${name}.md`)

const REQUIRED = [
  ...PAGES,
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'scenarios/scenario.schema.json',
  'bin/perfctl.js',
  'dist/cli.js',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/demo/main.js',
]

/** Everything that may be shipped. */
const ALLOWED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/perfctl\.js|scenarios\/scenario\.schema\.json|docs\/[A-Za-z-]+\.md|dist\/.+\.(js|d\.ts))$/

const files = listShipped()
const problems = [
  ...REQUIRED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
  ...files.filter((file) => !ALLOWED.test(file)).map((file) => `${file} must not be shipped`),
  ...files.filter(isOrphan).map((file) => `${file} no longer has a source: remove dist/ and build again`),
  ...files.filter(lacksTypes).map((file) => `${file} has no types beside it`),
  ...exportedFiles(manifest.exports)
    .filter((file) => !files.includes(file))
    .map((file) => `"exports" names ${file}, which is not shipped`),
  ...Object.values(manifest.bin).flatMap(checkProgram),
]

if (problems.length > 0) {
  process.stderr.write(`${problems.map((problem) => `package: ${problem}`).join('\n')}\n`)
  process.exitCode = 1
} else {
  process.stdout.write(`package: ${files.length} files, all valid\n`)
}

/** The files of the package, according to npm. */
function listShipped() {
  const arguments_ = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { status, stdout, stderr } = spawnSync('npm', arguments_, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ${arguments_.join(' ')} failed:\n${stderr}`)
  // Up to npm 11 a list of packages, since then an object by name.
  const packages = Object.values(JSON.parse(stdout))
  return packages[0].files.map((file) => file.path)
}

/** Whether a built file is left over from a renamed or removed source. */
function isOrphan(file) {
  const match = /^dist\/(.+?)(\.d\.ts|\.js)$/.exec(file)
  return match !== null && !existsSync(`${root}src/${match[1]}.ts`)
}

function lacksTypes(file) {
  return file.startsWith('dist/') && file.endsWith('.js') && !files.includes(file.replace(/\.js$/, '.d.ts'))
}

/** All files that the `exports` of a manifest refer to. */
function exportedFiles(exports) {
  if (typeof exports === 'string') return [exports.replace(/^\.\//, '')]
  return Object.values(exports).flatMap(exportedFiles)
}

function checkProgram(file) {
  if (!existsSync(root + file)) return [`"bin" names ${file}, which does not exist`]
  const isScript = readFileSync(root + file, 'utf8').startsWith('#!/usr/bin/env node\n')
  return [
    ...(isScript ? [] : [`${file} does not start with #!/usr/bin/env node`]),
    ...(isExecutable(root + file) ? [] : [`${file} is not executable`]),
  ]
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
