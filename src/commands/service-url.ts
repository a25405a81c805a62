/**
 * The service that a scenario is written for, as given on the command line.
 */
import { userError } from '../base/errors.js'

/** Reads the URL in a flag. Throws a UserError if it is not http(s) or contains a password. */
export function readServiceUrl(flag: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw userError(
      `${flag} ${text}: not an http or https URL`,
      `write ${flag} http://${text.replace(/^\w*:?\/+/, '')}`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw userError(
      `${flag}: a scenario must not contain a password`,
      'remove it, and set http.auth in the scenario',
    )
  }
  return url
}
