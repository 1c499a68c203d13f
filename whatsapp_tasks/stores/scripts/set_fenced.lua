-- Writes fields of a hash that only the account's worker may change.
--
-- From fields_from on: alternating fields and values; an empty value deletes its field. `offer` is the SHA-256 of the
-- archive in the field `offer` that is done with, or '' for any: one that a person brought meanwhile stays.
--
-- Returns 1 if they were written, 0 if the lease is not ours.
local target, lease = unpack(KEYS)
local fence, offer = unpack(ARGV, 1, 2)
local fields_from = 3
if redis.call('HGET', lease, 'fence') ~= fence then return 0 end
local held = redis.call('HGET', target, 'offer')
local keeps_offer = held and offer ~= '' and cjson.decode(held).header.sha256 ~= offer
for i = fields_from, #ARGV, 2 do
  if ARGV[i] == 'offer' and keeps_offer then
    -- not ours to forget
  elseif ARGV[i + 1] == '' then
    redis.call('HDEL', target, ARGV[i])
  else
    redis.call('HSET', target, ARGV[i], ARGV[i + 1])
  end
end
return 1
