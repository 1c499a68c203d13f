-- Holds the content of a file, and names the object that keeps it.
-- uses holds
--
-- `content` is a hash: object, size, media_type, pixels, moves, damaged. `object` is '' if the caller has stored
-- nothing yet; else the object that it has stored, and `lost` the name that the record had and that is not there any
-- more, or ''. `until_ms` is when the hold ends. From facts_from on: alternating fields and values of the content.
--
-- Returns the object that keeps the content, or '' if there is none: then nothing is held.
local content, held, due = unpack(KEYS)
local digest, holder, until_ms, now, object, lost = unpack(ARGV, 1, 6)
local facts_from = 7
local kept = redis.call('HGET', content, 'object') or ''
if object ~= '' and (kept == '' or kept == lost) then
  kept = object
  redis.call('HSET', content, 'object', object, unpack(ARGV, facts_from))
end
if kept ~= '' then hold(held, due, digest, holder, until_ms, now) end
return kept
