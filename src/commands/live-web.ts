/**
 * The flag `--live-web`: where the live page of a run is served.
 */
import { type ListenAddress, parseListenAddress } from '../base/address.js'
import { userError } from '../base/errors.js'

const LOOPBACK = '127.0.0.1'

/** Without a port: any free one, reachable from this machine only. */
export const LIVE_WEB_DEFAULT: ListenAddress = { host: LOOPBACK, port: 0 }

/**
 * Reads the flag's value. Throws a UserError if it is not an address, for example because it is the scenario
 * meant for `run`.
 */
export function parseLiveWeb(text: string): ListenAddress {
  const address = parseListenAddress(text, LOOPBACK)
  if (address !== null) return address
  throw userError(
    `--live-web ${text}: not a port`,
    /^\d+$/.test(text) || !/[./]/.test(text)
      ? 'write a port up to 65535, or address:port such as 0.0.0.0:8080'
      : `write a port such as 8080, or put the flag last: perfctl run ${text} --live-web`,
  )
}
