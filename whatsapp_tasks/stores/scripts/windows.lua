-- Sliding windows that count requests: a function for the scripts that say `-- uses windows`.
--
-- Keys and arithmetic are those of the `limits` library's sliding-window-counter, with which the web layer
-- counts its other requests, so that both use the same counts.
--
-- From KEYS[k] on: previous count, current count, for each window. From ARGV[a] on: limit, seconds, for each.
-- Counts one request in each window in turn; returns the index (from 0) of the first that is full.
local function count_windows(k, a)
  if #KEYS < k then return end
  local counts = redis.call('MGET', unpack(KEYS, k))
  for i = 0, (#KEYS - k - 1) / 2 do
    local previous, current = KEYS[k + 2 * i], KEYS[k + 2 * i + 1]
    local limit, length = tonumber(ARGV[a + 2 * i]), tonumber(ARGV[a + 2 * i + 1]) * 1000
    local before, now = counts[2 * i + 1], counts[2 * i + 2]
    local left = now and redis.call('PTTL', current) or 0
    if left > 0 and left < length then
      redis.call('RENAME', current, previous)
      redis.call('SET', current, 0, 'PX', left + length)
      before, now = now, '0'
    end
    local weighted = tonumber(before or 0)
    if weighted + tonumber(now or 0) + 1 > limit then -- the share is at most 1: computed only if it matters
      weighted = math.floor(weighted * math.max(0, redis.call('PTTL', previous)) / length)
      if weighted + tonumber(now or 0) + 1 > limit then return i end
    end
    if now then
      redis.call('INCR', current)
    else
      redis.call('SET', current, 1, 'PX', length * 2)
    end
  end
end
