-- Begins an attempt to fetch the file of a message. The latest attempt is the one that counts: it has `token`.
--
-- Returns the record, or nothing if the message does not wait for its file (it was cancelled, or has expired). The
-- attempt is counted before it is made, so that one that kills its worker is not made for ever.
local record, fetches = unpack(KEYS)
local id, token, now = unpack(ARGV)
local m = redis.call('HMGET', record, 'status', 'file_wanted', 'timeline')
if m[1] ~= 'queued' or not m[2] then
  redis.call('ZREM', fetches, id)
  return {}
end
redis.call('HINCRBY', record, 'fetches', 1)
redis.call('HSET', record, 'fetch_token', token, 'updated_ms', now,
  'timeline', m[3] .. ';queued@' .. now .. '@file_fetching')
return redis.call('HGETALL', record)
