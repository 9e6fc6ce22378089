# Sourced by ./gauntlet test: build and run every test. With --all, also what CI demands besides.
all=no
case "${1-}" in
  --all) all=yes; shift ;;
  --help | -h)
    echo "Installs, builds and runs every test through ctest; further arguments go to ctest."
    echo "--all adds: warnings as errors, sanitizers, byte-identity between builds, format, clang-tidy."
    echo "example: ./gauntlet test -R wire"
    exit 0 ;;
esac
if [ "$all" = yes ]; then ensure build test check; else ensure build test; fi

say "format"
if command -v clang-format-19 >/dev/null 2>&1; then
  sources | xargs clang-format-19 --dry-run --Werror || die "run ./gauntlet format"
fi

werror=OFF
[ "$all" = yes ] && werror=ON
# With the benchmarks, so that they do not rot.
configure release -DBUILD_TESTING=ON -DGAUNTLET_WERROR=$werror -DGAUNTLET_BENCH=$werror
build release
if [ "$all" = yes ]; then
  # Built before the tests run: one of them compares the bytes of both builds' results.
  configure asan -DBUILD_TESTING=ON
  build asan
fi
(cd "$root/build/release" && ctest --output-on-failure -j 2 "$@") || die "tests failed"
[ "$all" = yes ] || return 0 2>/dev/null || exit 0

say "sanitizers"
(cd "$root/build/asan" && ctest --output-on-failure -j 2 -LE 'slow|browser' "$@") || die "sanitizers found something"
say "clang-tidy"
"$root/tools/tidy" || die "clang-tidy found something"
