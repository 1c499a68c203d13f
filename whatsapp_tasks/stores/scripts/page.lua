-- One page of a list of messages, newest first, filtered: of one account's, or of those of all accounts.
--
-- `walked` is the list to go through. `of_account` is '' for all. The patterns make names of keys from an
-- account: `record_pattern` that of a record before the id, `list_pattern` that of an account's own list.
-- `status` and `forms` (',form,form,' of a phone) may be ''. `cursor_ms` is '+inf' and `cursor_entry` '' for
-- the first page. At most `limit` messages, and at most `budget` records looked at.
--
-- An entry is a message's id, which names the account; `id:account` is that of an older id in the list of all.
-- Returns {ids and accounts in turn, cursor or ''}. The cursor names the last entry looked at, by time, so that
-- messages accepted meanwhile shift nothing. Entries whose record is gone are forgotten on the way.
local walked, all_messages = unpack(KEYS)
local of_account, record_pattern, list_pattern, status, forms, cursor_ms, cursor_entry, limit, budget =
  unpack(ARGV)

limit, budget = tonumber(limit), tonumber(budget)
local found, gone, looked, offset = {}, {}, 0, 0
local oldest = redis.call('ZRANGE', walked, 0, 0)[1]
local cursor = nil

local function id_and_account(entry)
  local id, account = string.match(entry, '^(%x+):(.+)$')
  if id then return id, account end
  return entry, string.match(entry, '^%x+-(.+)$') or of_account
end

while cursor == nil do
  local chunk = redis.call('ZREVRANGEBYSCORE', walked, cursor_ms, '-inf', 'WITHSCORES', 'LIMIT', offset, 200)
  if #chunk == 0 then cursor = '' end
  for i = 1, #chunk, 2 do
    local entry, score = chunk[i], chunk[i + 1]
    -- Equal times are listed by falling entries; what the cursor has passed comes first.
    if not (score == cursor_ms and cursor_entry ~= '' and entry >= cursor_entry) then
      local id, account = id_and_account(entry)
      local m = redis.call('HMGET', string.format(record_pattern, account) .. id, 'status', 'phone')
      looked = looked + 1
      if not m[1] then
        gone[#gone + 1] = {id, account}
      elseif (status == '' or m[1] == status) and (forms == '' or string.find(forms, ',' .. m[2] .. ',', 1, true)) then
        found[#found + 1] = id
        found[#found + 1] = account
      end
      if entry == oldest then
        cursor = ''
        break
      elseif #found == 2 * limit or looked == budget then
        cursor = score .. '-' .. entry
        break
      end
    end
  end
  offset = offset + 200
end
for _, message in ipairs(gone) do
  local id, account = unpack(message)
  redis.call('ZREM', string.format(list_pattern, account), id)
  redis.call('ZREM', all_messages, id, id .. ':' .. account)
end
return {found, cursor}
