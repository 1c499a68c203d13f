-- Writes fields into the record of a message that the worker has in hand.
--
-- KEYS  1 message record   2 lease
-- ARGV  1 fence            2… field, value pairs
--
-- Returns ok, lease_lost, or refused (the message is not `sending` under this fence's claim).
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[1] then return 'lease_lost' end
if redis.call('HGET', KEYS[1], 'status') ~= 'sending' then return 'refused' end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 'ok'
