-- Checks of numbers: a function for the scripts that say `-- uses number_checks`.
--
-- A check is a hash: status, created_ms, phones and forms (one of each for each number of the request, in its order,
-- separated by blanks), left (different numbers without an answer). `answers` is a hash: form -> result|reason|ms.
--
-- Ends a check: it is kept for `retention` ms more, and an event tells its counts, but no number.
local function end_check(check, answers, events, id, status, now, retention)
  redis.call('HSET', check, 'status', status, 'left', 0, 'finished_ms', now)
  local counts = {registered = 0, not_registered = 0, unknown = 0}
  local total = 0
  for form in string.gmatch(redis.call('HGET', check, 'forms'), '%S+') do
    local answer = redis.call('HGET', answers, form)
    local result = answer and string.match(answer, '^[^|]+')
    if result then counts[result] = counts[result] + 1 end
    total = total + 1
  end
  redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'type', 'contacts.checked', 'subject', id, 'at_ms', now,
    'status', status, 'total', total, 'registered', counts.registered, 'not_registered', counts.not_registered,
    'unknown', counts.unknown)
  redis.call('PEXPIRE', check, retention)
  redis.call('PEXPIRE', answers, retention)
end
