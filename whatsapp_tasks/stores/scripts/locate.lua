-- Which account has a message whose id does not name one: an id from before ids did.
--
-- `record_pattern` makes of an account the name of a record's key before the id.
--
-- Returns the account, or nothing.
local accounts = unpack(KEYS)
local id, record_pattern = unpack(ARGV)

for _, account in ipairs(redis.call('SMEMBERS', accounts)) do
  if redis.call('EXISTS', string.format(record_pattern, account) .. id) == 1 then return account end
end
return false
