-- Begins an attempt to fetch the file of a message.
--
-- Returns the record, or nothing if the message is not ours any more or does not wait for its file (it was cancelled,
-- or has expired). The attempt is counted before it is made, so that one that kills its worker is not made for ever.
local record, fetches = unpack(KEYS)
local id, token, now = unpack(ARGV)
if redis.call('ZSCORE', fetches, id) ~= token then return {} end
local m = redis.call('HMGET', record, 'status', 'file_wanted', 'timeline')
if m[1] ~= 'queued' or not m[2] then
  redis.call('ZREM', fetches, id)
  return {}
end
redis.call('HINCRBY', record, 'fetches', 1)
redis.call('HSET', record, 'updated_ms', now, 'timeline', m[3] .. ';queued@' .. now .. '@file_fetching')
return redis.call('HGETALL', record)
