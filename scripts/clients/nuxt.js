// What the composables of @nuxtjs/strapi take from Nuxt: the app, the settings, cookies, state. In an app a build puts these
// behind "#imports"; nuxt-hooks.js does it here, so that the composables run as they are published.
import { ofetch } from "ofetch";

const app = { hooks: { callHook: (name, error) => app.reported.push([name, error]) }, reported: [] };
const config = { public: { strapi: { prefix: "/api", version: "v5", cookieName: "strapi_jwt", cookie: {}, auth: {} } } };
const state = new Map();

export const ref = (value) => ({ value });
export const useNuxtApp = () => app;
export const useRuntimeConfig = () => config;
export const useCookie = () => ref(null);
export const useState = (key) => state.get(key) ?? state.set(key, ref(null)).get(key);
export const defineNuxtPlugin = (plugin) => plugin;
export { useStrapiClient } from "./node_modules/@nuxtjs/strapi/dist/runtime/composables/useStrapiClient.js";

globalThis.$fetch = ofetch;
