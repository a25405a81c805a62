/**
 * Reads files that a document refers to, only from within the document's folder.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { codeOf, messageOf, userError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import type { ReadBeside } from '../import/openapi/refs.js'

/** The size limit of such a file. */
const BYTES_MAX = 64_000_000

/**
 * Returns a reader of files by their path relative to the document's folder. Throws a UserError for links that
 * lead outside it.
 */
export function readerBeside(document: string, io: Io): ReadBeside {
  const folder = dirname(resolve(io.cwd, document))
  return (path) => {
    const shown = join(dirname(document), path)
    try {
      const root = realpathSync(folder)
      const file = realpathSync(resolve(folder, path))
      const way = relative(root, file)
      if (way === '..' || way.startsWith(`..${sep}`) || resolve(root, way) !== file || way === resolve(way))
        throw userError(`${shown} is outside the folder of ${document}`, 'copy the file into that folder')
      const found = statSync(file)
      if (!found.isFile()) return null
      if (found.size > BYTES_MAX) throw userError(`${shown}: larger than 64 MB`, 'refer to a smaller file')
      return readFileSync(file, 'utf8')
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null
      if (code === null) throw error
      throw userError(`cannot read ${shown}: ${messageOf(error)}`)
    }
  }
}
