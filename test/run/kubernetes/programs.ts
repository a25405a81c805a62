/**
 * Programs that tests use if they are installed: their paths, otherwise null.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The command-line client of Kubernetes. */
export const KUBECTL = find('kubectl')

/** The broker. */
export const NATS_SERVER = find('nats-server')

function find(name: string): string | null {
  const folders = [...process.env.PATH!.split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}
