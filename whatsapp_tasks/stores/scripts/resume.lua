-- Removes one reason for a pause.
--
-- `entry` is JSON for the history, which keeps `kept` of them. `at_least` is the generation to continue from.
--
-- Returns 1 if the reason was set.
local pauses, history, generation = unpack(KEYS)
local reason, entry, kept, at_least = unpack(ARGV)
if redis.call('HDEL', pauses, reason) == 0 then return 0 end
redis.call('LPUSH', history, entry)
redis.call('LTRIM', history, 0, tonumber(kept) - 1)
if tonumber(redis.call('GET', generation) or 0) < tonumber(at_least) then redis.call('SET', generation, at_least) end
redis.call('INCR', generation)
return 1
