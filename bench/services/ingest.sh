#!/bin/sh
# Ingest under wrk over TLS keep-alive on loopback: starts `gauntlet serve --dev`, logs in, drives it
# for a bounded time, and says what the service spent by the CPU clock, which others cannot blur.
#
#   bench/services/ingest.sh [SECONDS] [CONNECTIONS] [serve's options…]
set -eu
seconds=${1:-10}
connections=${2:-64}
[ $# -gt 2 ] && shift 2 || set --
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
gauntlet=${GAUNTLET:-$root/build/release/gauntlet}
state=$(mktemp -d)
trap 'kill "$serve" 2>/dev/null || true; wait "$serve" 2>/dev/null || true; rm -rf "$state"' EXIT
"$gauntlet" serve --dev --dev-people 1 --state "$state" "$@" >"$state/out" 2>/dev/null &
serve=$!
for _ in $(seq 100); do
  grep -q '^ready' "$state/out" && break
  sleep 0.1
done
url() { awk -v name="$1" '$1 == name {print $2}' "$state/out"; }
read -r user secret <"$state/accounts.txt"
GAUNTLET_TOKEN=$(curl -s --cacert "$state/certificate.pem" "$(url authz)/v1/login" \
  -H "content-type: application/json" -d "{\"user\":\"$user\",\"secret\":\"$secret\"}" | sed 's/.*"token":"\([^"]*\)".*/\1/')
export GAUNTLET_TOKEN
ticks() { awk '{print $14 + $15}' "/proc/$serve/stat"; }
before=$(ticks)
wrk -t1 -c"$connections" -d"${seconds}s" --timeout 10s --latency \
  -s "$root/bench/services/upload.lua" "$(url ingest)" | tee "$state/wrk" | tail -n 12
after=$(ticks)
commits=$(curl -s "$(url metrics)" | awk '/service="ingest",event="ingest.commits"/ {print $2}')
count=$(awk '/requests in/ {print $1}' "$state/wrk")
awk -v t=$((after - before)) -v n="$count" -v hz="$(getconf CLK_TCK)" \
  'BEGIN {printf "service: %.2f s of CPU for %d uploads, %.0f us each, %.0f a second on one core\n",
          t / hz, n, 1e6 * t / hz / n, n / (t / hz)}'
[ -z "$commits" ] || awk -v n="$count" -v c="$commits" \
  'BEGIN {printf "commits: %d, %.1f uploads each\n", c, n / c}'
