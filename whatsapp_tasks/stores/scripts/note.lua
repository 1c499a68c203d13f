-- Writes fields into the record of a message that the worker has in hand.
--
-- KEYS  1 message record   2 lease   3 pauses
-- ARGV  1 fence            2 '1' to refuse while the account is paused        3… field, value pairs
--
-- Returns ok, lease_lost, paused, or refused (the message is not `sending`).
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[1] then return 'lease_lost' end
if redis.call('HGET', KEYS[1], 'status') ~= 'sending' then return 'refused' end
if ARGV[2] == '1' and redis.call('HLEN', KEYS[3]) > 0 then return 'paused' end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 'ok'
