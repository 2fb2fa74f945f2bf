cd /tmp/e
rm -rf out; /work/main/node_modules/.bin/esbuild $(find src -name '*.ts' ! -name '*.d.ts') --outdir=out --outbase=src --platform=node --format=esm --target=node20 --log-level=warning
echo '{"type":"module"}' > out/package.json
cp -r src/protocol/generated out/protocol/ 2>/dev/null || true
ln -sfn /work/main/node_modules /tmp/e/node_modules
