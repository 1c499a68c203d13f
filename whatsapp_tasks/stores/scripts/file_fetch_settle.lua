-- Ends an attempt to fetch the file of a message: with the file, or until the next attempt.
-- uses holds
--
-- `file` is JSON, or ''. `next_attempt` is ms, and `code` and `sentence` say why there is one; without a file and
-- without a next attempt, the message was given up. With the file, the message is due as it was accepted, and holds
-- the content, which the fetch has held until now.
--
-- Returns 1, or 0 if a later attempt has begun, the message does not wait for its file, or the content is gone.
local record, fetches, schedule, content, held, contents_due, metrics = unpack(KEYS)
local id, token, now, file, digest, next_attempt, code, sentence = unpack(ARGV)
local m = redis.call('HMGET', record, 'status', 'file_wanted', 'timeline', 'fetched_due', 'fetch_token')
if m[5] ~= token then return 0 end
if m[1] ~= 'queued' or not m[2] then
  redis.call('ZREM', fetches, id)
  return 0
end
if file == '' then
  redis.call('ZADD', fetches, next_attempt, id)
  redis.call('HSET', record, 'updated_ms', now, 'error_code', code, 'error_message', sentence,
    'timeline', m[3] .. ';queued@' .. now .. '@' .. code)
  return 1
end
if redis.call('EXISTS', content) == 0 then
  redis.call('ZADD', fetches, now, id)
  return 0
end
redis.call('ZREM', fetches, id)
hold(held, contents_due, digest, 'm:' .. id, '+inf', now)
redis.call('ZREM', held, 'f:' .. id)
local facts = cjson.decode(file)
redis.call('HSET', record, 'file', file, 'file_digest', digest, 'updated_ms', now,
  'timeline', m[3] .. ';queued@' .. now .. '@file_fetched')
redis.call('HDEL', record, 'file_wanted', 'fetched_due', 'fetches', 'fetch_token', 'error_code', 'error_message')
redis.call('ZADD', schedule, m[4] or now, id)
redis.call('HINCRBY', metrics, 'files:kind=' .. facts.kind, 1)
redis.call('HINCRBY', metrics, 'file_bytes:kind=' .. facts.kind, facts.size)
return 1
