/**
 * The comments that the GitHub Action keeps on a pull request: one for each scenario, found by the marker that begins
 * it and changed from run to run. That it can't be written (a pull request from a fork, a token without the right to)
 * is a warning.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const {
  GITHUB_TOKEN,
  GITHUB_API_URL = 'https://api.github.com',
  GITHUB_REPOSITORY,
  PULL_REQUEST,
  REPORTS,
} = process.env
const PAGE = 100
/** What GitHub takes. */
const LENGTH_MOST = 65_536

try {
  const texts = readdirSync(REPORTS)
    .filter((file) => file.endsWith('.md'))
    .map((file) => readFileSync(join(REPORTS, file), 'utf8'))
  const comments = await listComments()
  for (const text of texts) await keepComment(text.slice(0, LENGTH_MOST), comments)
} catch (error) {
  process.stdout.write(`::warning title=perfctl::no comment on the pull request: ${error.message}\n`)
}

/** `<!-- perfctl:search -->` is the first line. */
async function keepComment(body, comments) {
  const [marker] = body.split('\n')
  // Of a bot: whoever quotes the marker keeps what they wrote.
  const found = comments.find((comment) => comment.user?.type === 'Bot' && comment.body?.startsWith(marker))
  if (found === undefined) await call('POST', `issues/${PULL_REQUEST}/comments`, { body })
  else await call('PATCH', `issues/comments/${found.id}`, { body })
}

async function listComments() {
  const comments = []
  for (let page = 1; ; page++) {
    const some = await call('GET', `issues/${PULL_REQUEST}/comments?per_page=${PAGE}&page=${page}`)
    comments.push(...some)
    if (some.length < PAGE) return comments
  }
}

async function call(method, path, body) {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'x-github-api-version': '2022-11-28',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path.replace(/\?.*/, '')}: status ${response.status}`)
  return response.json()
}
