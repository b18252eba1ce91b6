import { defineConfig } from "vite";

// Served by the index under any address, so that all paths are relative; nothing is put into the page itself,
// since its policy runs no script and takes no style that is not a file of ours.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
