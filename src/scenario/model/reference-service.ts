/**
 * What a scenario is compared with side by side.
 */

/** A version that runs somewhere, or a command that starts it. */
export type ReferenceService =
  | { readonly url: string }
  | {
      readonly command: string
      /** A path or URL that answers when it is ready; null: when its port takes connections. */
      readonly ready: string | null
    }
