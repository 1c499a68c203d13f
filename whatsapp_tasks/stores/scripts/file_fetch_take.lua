-- Takes messages whose file is to be fetched, each for `hold` ms: a worker that is killed loses nothing.
--
-- `busy` says, as JSON, how many fetches the worker makes from which host; more than `most_per_host` are not taken
-- from one. Those are put off by `put_off` ms, in their order, so that they do not stand in the way of other hosts'
-- files. At most `looks` messages are looked at. `record_pattern` turns an account into the prefix of its records' keys.
--
-- Returns, for each one taken, its id and the host; '' if the message does not wait for a file any more.
local fetches = unpack(KEYS)
local now, hold, most, busy, most_per_host, put_off, looks, record_pattern = unpack(ARGV)
busy = cjson.decode(busy)

local function host_of(id)
  local account = string.match(id, '^%x+%-(.+)$')
  local wanted = account and redis.call('HGET', string.format(record_pattern, account) .. id, 'file_wanted')
  return wanted and string.lower(string.match(cjson.decode(wanted).url, '^%a+://([^/?#]*)') or '') or ''
end

local taken, count = {}, 0
for place, id in ipairs(redis.call('ZRANGEBYSCORE', fetches, '-inf', now, 'LIMIT', 0, looks)) do
  if count == tonumber(most) then break end
  local host = host_of(id)
  local running = busy[host] or 0
  if host ~= '' and running >= tonumber(most_per_host) then
    redis.call('ZADD', fetches, tonumber(now) + tonumber(put_off) - 1 + place / 1000, id)
  else
    busy[host] = running + 1
    redis.call('ZADD', fetches, tonumber(now) + tonumber(hold), id)
    taken[#taken + 1] = id
    taken[#taken + 1] = host
    count = count + 1
  end
end
return taken
