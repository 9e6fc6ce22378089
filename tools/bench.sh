# Sourced by ./gauntlet bench: build and run the benchmarks. An argument picks one ("engine").
configure bench
build bench
for binary in "$root"/build/bench/bench/*/bench_*; do
  [ -x "$binary" ] || continue
  name=$(basename "$binary")
  case "${1:-}" in '' | -*) ;; *) case "$name" in *"$1"*) ;; *) continue ;; esac ;; esac
  say "$name"
  "$binary"
done
