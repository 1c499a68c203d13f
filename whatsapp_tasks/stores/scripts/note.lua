-- Writes fields into the record of a message that the worker has in hand.
--
-- KEYS  1 message record   2 lease   3 pauses   4 generation
-- ARGV  1 fence            2 '1' to refuse while the account is paused, or when Redis has lost writes
--       3 generation that this worker has seen        4… field, value pairs
--
-- Returns {outcome, generation}; outcomes: ok, lease_lost, paused, refused (the message is not `sending`).
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[1] then return {'lease_lost', 0} end
if redis.call('HGET', KEYS[1], 'status') ~= 'sending' then return {'refused', 0} end
if ARGV[2] == '1' then
  if redis.call('HLEN', KEYS[3]) > 0 then return {'paused', 0} end
  if tonumber(redis.call('GET', KEYS[4]) or 0) < tonumber(ARGV[3]) then return {'paused', 0} end
end
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return {'ok', redis.call('INCR', KEYS[4])}
