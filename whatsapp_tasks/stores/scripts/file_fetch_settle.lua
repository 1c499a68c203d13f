-- Ends an attempt to fetch the file of a message: with the file, or until `next_attempt`.
-- uses holds
--
-- `file` is JSON, or '' if there is none yet. `next_attempt` is ms, or '': none (the message was given up). With the
-- file, the message is due as it was accepted, and holds the content, which the fetch has held until now.
--
-- Returns 1, or 0 if the message was not ours any more, does not wait for its file, or the content is gone.
local record, fetches, schedule, content, held, due, metrics = unpack(KEYS)
local id, token, now, file, next_attempt, digest = unpack(ARGV)
if redis.call('ZSCORE', fetches, id) ~= token then return 0 end
if file == '' and next_attempt ~= '' then
  redis.call('ZADD', fetches, next_attempt, id)
  return 1
end
redis.call('ZREM', fetches, id)
if file == '' then return 1 end
local m = redis.call('HMGET', record, 'status', 'file_wanted', 'timeline', 'fetched_due')
if m[1] ~= 'queued' or not m[2] then return 0 end
if redis.call('EXISTS', content) == 0 then
  redis.call('ZADD', fetches, now, id)
  return 0
end
hold(held, due, digest, 'm:' .. id, '+inf', now)
redis.call('ZREM', held, 'f:' .. id)
local facts = cjson.decode(file)
redis.call('HSET', record, 'file', file, 'file_digest', digest, 'updated_ms', now,
  'timeline', m[3] .. ';queued@' .. now .. '@file_fetched')
redis.call('HDEL', record, 'file_wanted', 'fetched_due', 'fetches', 'error_code', 'error_message')
redis.call('ZADD', schedule, m[4] or now, id)
redis.call('HINCRBY', metrics, 'files:kind=' .. facts.kind, 1)
redis.call('HINCRBY', metrics, 'file_bytes:kind=' .. facts.kind, facts.size)
return 1
