-- Who still needs the content of a file: functions for the scripts that say `-- uses holds`.
--
-- `held` is a sorted set of the holders of one content (an upload `u:id`, a message `m:id`, a fetch `f:id`) by the
-- time their hold ends, ms; '+inf' for a message that is not settled. `due` has each content by the time at which it
-- is worth a look whether the last hold has ended (file_sweep.lua).
local LOOK_AGAIN_MS = 3600000

local function hold(held, due, digest, holder, until_ms, now)
  redis.call('ZADD', held, until_ms, holder)
  if until_ms == '+inf' then
    redis.call('ZADD', due, 'NX', tonumber(now) + LOOK_AGAIN_MS, digest)
  else
    redis.call('ZADD', due, 'LT', until_ms, digest)
  end
end
