# Sourced by ./gauntlet bench: build and run the benchmarks. An argument picks one. "engine" is the
# comparison with the peers; it writes docs/benchmarks/engine.json and prints the page's tables.
configure bench
if [ "${1:-}" = engine ]; then
  shift
  build bench engine_comparison
  exec "$root/bench/engine/compare" --build "$root/build/bench" \
    --json "$root/docs/benchmarks/engine.json" "$@"
fi
build bench
for binary in "$root"/build/bench/bench/*/bench_*; do
  [ -x "$binary" ] || continue
  name=$(basename "$binary")
  case "${1:-}" in '' | -*) ;; *) case "$name" in *"$1"*) ;; *) continue ;; esac ;; esac
  say "$name"
  "$binary"
done
