#!/bin/sh
# Rebuilds static/vendor/lexical.js from the versions in package-lock.json. Needs Node 18 or newer.
set -eu
cd "$(dirname "$0")"
npm ci
npm run build
# Lexical carries the signals of Preact inside.
cp node_modules/lexical/LICENSE ../static/vendor/LICENSE-lexical.txt
cp node_modules/@preact/signals-core/LICENSE ../static/vendor/LICENSE-preact-signals.txt
