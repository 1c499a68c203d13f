-- Cancels what is left of a check of numbers; what is answered stays.
-- uses number_checks
--
-- Returns 1 if there was something left.
local check, answers, waiting, events = unpack(KEYS)
local id, now, retention = unpack(ARGV)
if redis.call('HGET', check, 'status') ~= 'waiting' then return 0 end
for phone in string.gmatch(redis.call('HGET', check, 'phones'), '%S+') do
  redis.call('ZREM', waiting, id .. ' ' .. phone)
end
end_check(check, answers, events, id, 'cancelled', now, retention)
return 1
