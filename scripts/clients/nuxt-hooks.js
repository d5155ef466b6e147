// Sends the names that Nuxt's build would resolve to nuxt.js.
export const resolve = (specifier, context, next) =>
  specifier === "#imports" || specifier === "vue"
    ? { url: new URL("./nuxt.js", import.meta.url).href, shortCircuit: true }
    : next(specifier, context);
