// Bundles the modules of each page into one classic script that needs nothing beside itself. With --held it writes
// nothing, and fails where a tracked bundle is not what its modules make.

import { build } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url)),
  pages = { 'map/page/src/main.js': 'map/page/page.js', 'sites/page/src/main.js': 'sites/page/siting.js' };

for (const [entry, bundle] of Object.entries(pages)) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    outfile: here + bundle,
    bundle: true,
    write: false,
    format: 'esm', // no wrapper of its own: the page wraps it in a function that is handed the map
    target: 'es2018',
    charset: 'utf8',
    minifyWhitespace: true, // names stay: what a browser reports can be found in the modules
    minifySyntax: true,
    logLevel: 'warning',
  });
  const [{ text }] = outputFiles;
  if (!process.argv.includes('--held')) writeFileSync(here + bundle, text);
  else if (readFileSync(here + bundle, 'utf8') !== text) {
    console.error(`${bundle} is not what its modules make: run \`make page\` and commit both`);
    process.exitCode = 1;
  }
}
