/**
 * Finds the JSON Schema that editors use to complete and explain scenarios.
 */
import { access } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import type { Io } from '../base/io.js'

/**
 * The schema's path relative to a directory of scenarios: beside them, or in the installed package. Null if it
 * is in neither place.
 */
export async function findSchema(directory: string, io: Io): Promise<string | null> {
  if (await exists(resolve(io.cwd, directory, SCHEMA))) return `./${SCHEMA}`
  const installed = resolve(io.cwd, 'node_modules/perfctl/scenarios', SCHEMA)
  if (!(await exists(installed))) return null
  const path = relative(resolve(io.cwd, directory), installed).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}

const SCHEMA = 'scenario.schema.json'

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
