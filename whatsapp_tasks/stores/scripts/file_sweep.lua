-- Forgets the content of a file if nobody needs it any more.
--
-- `record_pattern` turns an account into the prefix of its records' keys. `again` is how long until the next look,
-- ms, if only messages that are not settled hold the content.
--
-- Returns the object to delete, or '' if the content is still held, or unknown. A message whose record is gone
-- (deleted by hand, evicted) holds nothing.
local content, held, due = unpack(KEYS)
local digest, now, record_pattern, again = unpack(ARGV)
redis.call('ZREMRANGEBYSCORE', held, '-inf', now)
-- One message that is there is enough: a hundred thousand may hold one file, and nobody else is served meanwhile.
local holder = redis.call('ZRANGEBYSCORE', held, '+inf', '+inf', 'LIMIT', 0, 1)[1]
while holder do
  local id, account = string.match(holder, '^m:(%x+%-(.+))$')
  if id and redis.call('EXISTS', string.format(record_pattern, account) .. id) == 1 then break end
  redis.call('ZREM', held, holder)
  holder = redis.call('ZRANGEBYSCORE', held, '+inf', '+inf', 'LIMIT', 0, 1)[1]
end
local first = redis.call('ZRANGE', held, 0, 0, 'WITHSCORES')
if first[1] then
  redis.call('ZADD', due, first[2] == 'inf' and tonumber(now) + tonumber(again) or first[2], digest)
  return ''
end
local object = redis.call('HGET', content, 'object') or ''
redis.call('DEL', content, held)
redis.call('ZREM', due, digest)
return object
