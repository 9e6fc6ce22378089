-- One-second uploads for wrk: protobuf chunks (core/wire/upload.proto) of 50 Hz accelerometer and
-- gyroscope of one device, each connection's thread its own sessions, every request a new sequence.
--
--   GAUNTLET_TOKEN=... wrk -t2 -c64 -d10s --latency -s bench/services/upload.lua https://localhost:PORT
local token = os.getenv("GAUNTLET_TOKEN")
local kSessions = 64      -- a thread's, in turn
local kRows = 50          -- a second at 50 Hz

local function varint(n)
  local out = {}
  repeat
    local low = n % 128
    n = (n - low) / 128
    out[#out + 1] = string.char(n > 0 and low + 128 or low)
  until n == 0
  return table.concat(out)
end

local function field(number, bytes) -- length-delimited
  return varint(number * 8 + 2) .. varint(#bytes) .. bytes
end

local function zigzag(n) return n >= 0 and 2 * n or -2 * n - 1 end

local function series(sensor)
  local values = {}
  for i = 1, 3 * kRows do values[i] = varint(zigzag(math.random(-2000, 2000))) end
  return varint(2 * 8) .. varint(sensor)
      .. varint(3 * 8 + 1) .. string.rep("\1", 8)        -- start_ns
      .. varint(4 * 8) .. varint(20000000)               -- period_ns
      .. field(5, table.concat(values))
      .. field(6, string.rep("\0", kRows))
end

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  math.randomseed(os.time() * 1000 + number)
  body = field(3, series(0)) .. field(3, series(1))
  sessions = {}
  for i = 1, kSessions do
    sessions[i] = string.format("%08x%08x%08x%08x", os.time(), number,
                                math.random(0, 2 ^ 31 - 1), math.random(0, 2 ^ 31 - 1))
  end
  n = 0
  headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/x-protobuf" }
end

function request()
  local session = sessions[n % kSessions + 1]
  local sequence = math.floor(n / kSessions)
  n = n + 1
  local chunk = field(1, session) .. varint(2 * 8) .. varint(sequence) .. body
  return wrk.format("PUT", "/v1/sessions/" .. session .. "/chunks/" .. sequence, headers, chunk)
end

function done(summary, latency)
  io.write(string.format("uploads/s %.0f  p50 %.2f ms  p99 %.2f ms  not 2xx %d  errors %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
