#!/bin/sh
# Rebuilds static/vendor/lexical.js from the versions in package-lock.json. Needs Node 18 or newer.
set -eu
cd "$(dirname "$0")"
npm ci
npm run build
cp node_modules/lexical/LICENSE ../static/vendor/LICENSE-lexical.txt
