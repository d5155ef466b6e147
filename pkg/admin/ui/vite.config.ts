import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server replaces the nonce in every page that it sends.
export default defineConfig({
  base: "/admin/",
  plugins: [react()],
  html: { cspNonce: "KONTOR-NONCE" },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 750,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/manage": "http://127.0.0.1:8080", "/files": "http://127.0.0.1:8080" } },
});
