/**
 * Reader of files that requests send.
 */
import { codeOf, messageOf } from '../../base/errors.js'
import type { SentFile } from '../model/request.js'
import { type Reader, readFilePath, wrong } from './fields.js'

/** A file to send, by its path. */
export const readSentFile: Reader<SentFile> = (tree, context, report) => {
  const path = readFilePath(tree, context, report)
  if (path === null) return null
  try {
    return context.uploads!.open(path)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT')
      return wrong(report, `${path}: no such file`, 'write a path relative to the scenario file')
    if (code === 'EISDIR') return wrong(report, `${path} is a directory, not a file`, 'name a file in it')
    return wrong(report, `cannot read ${path}: ${messageOf(error)}`, 'check its permissions')
  }
}
