// Bundles the page's modules into page.js: one classic script that needs nothing beside itself. With --held it writes
// nothing, and fails where the tracked bundle is not what the modules make.

import { build } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url)),
  kept = `${here}page.js`;

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ['src/main.js'],
  outfile: kept,
  bundle: true,
  write: false,
  format: 'esm', // no wrapper of its own: the page wraps it in a function that is handed the map
  target: 'es2018',
  charset: 'utf8',
  logLevel: 'warning',
});
const [{ text }] = outputFiles;
if (!process.argv.includes('--held')) writeFileSync(kept, text);
else if (readFileSync(kept, 'utf8') !== text) {
  console.error('page.js is not what page/src makes: run `make page` and commit both');
  process.exit(1);
}
