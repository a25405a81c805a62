/**
 * Finds the processes that listen on a port of this machine.
 */
import type { SystemFiles } from './system-files.js'

/**
 * Returns the processes that listen on the TCP port, without those that have it from another of them, as the workers of
 * a cluster do. Empty if nobody listens, or if nobody may look: the files of other users' processes need root.
 */
export function findListeners(files: SystemFiles, port: number): number[] {
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    listeningOn(files.text(table) ?? '', port),
  )
  if (sockets.length === 0) return []
  const links = new Set(sockets.map((inode) => `socket:[${inode}]`))
  const holders = files.pids().filter((pid) => holdsOneOf(files, pid, links))
  // An init system may have opened the port for the service.
  const serving = holders.length > 1 ? holders.filter((pid) => pid !== INIT) : holders
  return serving.filter((pid) => !hasAncestorIn(files, pid, serving))
}

const INIT = 1

/** In the state column of the tables. */
const LISTEN = '0A'

function listeningOn(table: string, port: number): string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(end) && state === LISTEN)
    .map((fields) => fields[9]!)
}

function holdsOneOf(files: SystemFiles, pid: number, links: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`
  return files.names(folder).some((fd) => links.has(files.link(`${folder}/${fd}`) ?? ''))
}

function hasAncestorIn(files: SystemFiles, pid: number, pids: readonly number[]): boolean {
  for (let parent = files.process(pid)?.parent ?? 0; parent > 0; parent = files.process(parent)?.parent ?? 0)
    if (pids.includes(parent)) return true
  return false
}
