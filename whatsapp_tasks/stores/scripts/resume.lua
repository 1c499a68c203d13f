-- Removes one reason for a pause.
--
-- `entry` is JSON for the history, which keeps `kept` of them. `at_least` and
-- `intents_at_least` are the counts to continue from.
--
-- Returns 1 if the reason was set.
local pauses, history, generation, intents = unpack(KEYS)
local reason, entry, kept, at_least, intents_at_least = unpack(ARGV)
if redis.call('HDEL', pauses, reason) == 0 then return 0 end
redis.call('LPUSH', history, entry)
redis.call('LTRIM', history, 0, tonumber(kept) - 1)
if tonumber(redis.call('GET', generation) or 0) < tonumber(at_least) then redis.call('SET', generation, at_least) end
if tonumber(redis.call('GET', intents) or 0) < tonumber(intents_at_least) then
  redis.call('SET', intents, intents_at_least)
end
redis.call('INCR', generation)
return 1
