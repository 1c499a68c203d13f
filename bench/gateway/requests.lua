-- For wrk: each thread sends the requests of its own file, one after the other. They were signed beforehand,
-- for a signature is accepted once. Counts the answers by status.
local threads = {}
local number = 0

function setup(thread)
  thread:set('number', number)
  number = number + 1
  threads[#threads + 1] = thread
end

function init(args)
  local file = assert(io.open(args[1] .. '.' .. number, 'rb'))
  requests = {}
  while true do
    local size = file:read(8)
    if not size then break end
    requests[#requests + 1] = file:read(tonumber(size))
  end
  file:close()
  at, accepted, other, status_other, over = 0, 0, 0, 0, 0
end

function request()
  at = at + 1
  if at > #requests then
    over = over + 1
    at = 1
  end
  return requests[at]
end

function response(status)
  if status == 202 or status == 200 then
    accepted = accepted + 1
  else
    other = other + 1
    status_other = status
  end
end

function done(summary, latency)
  local accepted, other, over, status_other = 0, 0, 0, 0
  for _, thread in ipairs(threads) do
    accepted = accepted + thread:get('accepted')
    other = other + thread:get('other')
    over = over + thread:get('over')
    status_other = math.max(status_other, thread:get('status_other'))
  end
  io.write(string.format(
    '\n{"accepted": %d, "other": %d, "other_status": %d, "over": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    accepted, other, status_other, over, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
