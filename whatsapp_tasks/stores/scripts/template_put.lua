-- Keeps one template: a record is JSON with its text. Returns full if there are `most` others already.
local templates = unpack(KEYS)
local field, record, text, most = unpack(ARGV)
local old = redis.call('HGET', templates, field)
if old and cjson.decode(old).text == text then return 'unchanged' end
if not old and redis.call('HLEN', templates) >= tonumber(most) then return 'full' end
redis.call('HSET', templates, field, record)
if old then return 'changed' end
return 'created'
