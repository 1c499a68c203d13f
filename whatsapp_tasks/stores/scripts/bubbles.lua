-- The bubbles of an account's messages: a function for the scripts that say `-- uses bubbles`.
--
-- `bubbles` is a sorted set of bubble ids by the time they were noted, ms of Redis' clock. They are kept for
-- `kept` ms: as long as a message whose bubble is not known is looked for.
local function note_bubble(bubbles, id, kept)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  redis.call('ZADD', bubbles, now, id)
  redis.call('ZREMRANGEBYSCORE', bubbles, '-inf', now - tonumber(kept))
end
