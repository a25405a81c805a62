/**
 * Recognizes requests for static assets, which a browser cache or CDN usually answers.
 */
const EXTENSIONS =
  /\.(?:css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|m4[av]|mov|webmanifest|wasm|swf)$/i

/** Whether the path (without query) is an asset's. */
export function isStaticPath(path: string): boolean {
  return EXTENSIONS.test(path)
}

/** Whether the response's content type is an asset's. JavaScript is, JSON isn't. */
export function isStaticType(mime: string): boolean {
  const essence = mime.split(';')[0]!.trim().toLowerCase()
  if (/^(image|font|audio|video)\//.test(essence)) return true
  return /^(text\/css|(text|application)\/(x-)?javascript|application\/(font-|x-font-|wasm|manifest\+json))/.test(
    essence,
  )
}
