/**
 * The accepted version that a scenario is compared with.
 */

/** The URL of a running service, or a command that starts it. */
export type ReferenceService =
  | { readonly url: string }
  | {
      readonly command: string
      /** A path or URL that responds once it is ready; null: wait for its port. */
      readonly ready: string | null
    }
