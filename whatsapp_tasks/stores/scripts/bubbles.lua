-- The bubbles of an account's messages: a function for the scripts that say `-- uses bubbles`.
--
-- Writes the fields and values that alternate in ARGV from `from` on into a record. A bubble id among them also
-- goes into `bubbles`, a sorted set by the time it was noted, ms of Redis' clock. Bubbles are kept for `kept` ms: as
-- long as a message whose bubble is not known is looked for.
local function write_fields(record, from, bubbles, kept)
  for i = from, #ARGV, 2 do
    redis.call('HSET', record, ARGV[i], ARGV[i + 1])
    if ARGV[i] == 'bubble_id' then
      local time = redis.call('TIME')
      local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
      redis.call('ZADD', bubbles, now, ARGV[i + 1])
      redis.call('ZREMRANGEBYSCORE', bubbles, '-inf', now - tonumber(kept))
    end
  end
end
