-- Ends a view, and the pause that came with it.
--
-- `reason` names the pause, `entry` is JSON for the history, which keeps `kept` of them. `why` is kept for the viewer,
-- for `why_kept` ms.
--
-- Returns 1 if it was open.
local pauses, history, generation, viewer, ended = unpack(KEYS)
local reason, view, why, why_kept, entry, kept = unpack(ARGV)
local held = redis.call('HGET', pauses, reason)
if not held or (cjson.decode(held).view or '') ~= view then return 0 end
redis.call('HDEL', pauses, reason)
if redis.call('GET', viewer) == view then redis.call('DEL', viewer) end
redis.call('SET', ended, why, 'PX', why_kept)
redis.call('LPUSH', history, entry)
redis.call('LTRIM', history, 0, tonumber(kept) - 1)
redis.call('INCR', generation)
return 1
