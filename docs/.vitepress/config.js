/**
 * The web site of the documentation: the pages as they are, in VitePress's own theme. `DOCS_BASE` is the path it is
 * served from.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { SECTIONS, TOPICS } from '../../dist/commands/topics.js'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const repository = manifest.repository.url.replace(/^git\+|\.git$/g, '')

export default {
  title: 'perfctl',
  description: manifest.description,
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  rewrites: { 'README.md': 'index.md' },
  markdown: { config: adaptPages },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    sidebar: SECTIONS.map((section) => ({
      text: section,
      items: TOPICS.filter((topic) => topic.section === section).map(({ name }) => ({
        text: titleOf(name),
        link: `/${name}`,
      })),
    })),
  },
}

/** The first heading of a page. */
function titleOf(name) {
  const text = readFileSync(new URL(`../${name}.md`, import.meta.url), 'utf8')
  return /^# (.*)$/m.exec(text)[1]
}

/**
 * Files outside of docs/ aren't part of the site, so links to them lead to the repository. Braces in code are no
 * expressions of Vue.
 */
function adaptPages(markdown) {
  markdown.core.ruler.push('perfctl', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href?.startsWith('../')) token.attrSet('href', `${repository}/blob/main/${href.slice(3)}`)
      if (token.type === 'code_inline') token.attrSet('v-pre', '')
    }
  })
}
