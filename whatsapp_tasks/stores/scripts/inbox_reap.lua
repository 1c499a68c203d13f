-- Forgets up to `limit` messages that were read before `before`, ms.
--
-- `messages_prefix`, `chat`, `messages_suffix` make the key of a chat's messages. Returns how many were forgotten.
local log, bubbles = unpack(KEYS)
local before, limit, record_prefix, messages_prefix, messages_suffix = unpack(ARGV)
local found = redis.call('ZRANGEBYSCORE', log, '-inf', '(' .. before, 'LIMIT', 0, limit)
for _, entry in ipairs(found) do
  local chat, bubble, id = string.match(entry, '^(%S+) (.*) (%S+)$')
  redis.call('DEL', record_prefix .. id)
  redis.call('ZREM', messages_prefix .. chat .. messages_suffix, id)
  if redis.call('HGET', bubbles, bubble) == chat then redis.call('HDEL', bubbles, bubble) end
  redis.call('ZREM', log, entry)
end
local forgotten = #found
return forgotten
