-- Sets a reason why the account sends nothing. The first author and time of a reason stay.
--
-- `fact` is JSON {author, since_ms, note}, `entry` JSON for the history; `kept` is how many entries it keeps.
--
-- Returns 1 if the reason is new.
local pauses, history, generation = unpack(KEYS)
local reason, fact, entry, kept = unpack(ARGV)
if redis.call('HSETNX', pauses, reason, fact) == 0 then return 0 end
redis.call('LPUSH', history, entry)
redis.call('LTRIM', history, 0, tonumber(kept) - 1)
redis.call('INCR', generation)
return 1
