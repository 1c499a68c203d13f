-- Finds the account of a message whose id, of an early version, does not contain it.
--
-- `record_pattern` turns an account into the prefix of its records' keys.
--
-- Returns the account, or nothing.
local accounts = unpack(KEYS)
local id, record_pattern = unpack(ARGV)

for _, account in ipairs(redis.call('SMEMBERS', accounts)) do
  if redis.call('EXISTS', string.format(record_pattern, account) .. id) == 1 then return account end
end
return false
