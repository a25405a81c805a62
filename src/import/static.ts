/**
 * Which requests are for static assets: what a browser's cache or a CDN usually answers.
 */
const EXTENSIONS =
  /\.(?:css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|m4[av]|mov|webmanifest|wasm|swf)$/i

/** Whether the path (without its query) is that of an asset. */
export function isStaticPath(path: string): boolean {
  return EXTENSIONS.test(path)
}

/** Whether an answer of that content type is an asset. JavaScript counts, JSON doesn't. */
export function isStaticType(mime: string): boolean {
  const essence = mime.split(';')[0]!.trim().toLowerCase()
  if (/^(image|font|audio|video)\//.test(essence)) return true
  return /^(text\/css|(text|application)\/(x-)?javascript|application\/(font-|x-font-|wasm|manifest\+json))/.test(
    essence,
  )
}
