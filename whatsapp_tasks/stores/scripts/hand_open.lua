-- Opens a view of one person and pauses the account with it; there is one at a time.
--
-- `reason` names the pause; `fact` is JSON {author, since_ms, note, view}, `entry` JSON for the history, which keeps
-- `kept` of them. `view` lives for `ttl` ms without a sign of its viewer.
--
-- Returns {outcome, the fact of the view that is open}; outcomes: opened, taken.
local pauses, history, generation, viewer = unpack(KEYS)
local reason, fact, entry, kept, view, ttl = unpack(ARGV)
local held = redis.call('HGET', pauses, reason)
if held and redis.call('EXISTS', viewer) == 1 then return {'taken', held} end
redis.call('HSET', pauses, reason, fact)
redis.call('SET', viewer, view, 'PX', ttl)
redis.call('LPUSH', history, entry)
redis.call('LTRIM', history, 0, tonumber(kept) - 1)
redis.call('INCR', generation)
return {'opened', fact}
