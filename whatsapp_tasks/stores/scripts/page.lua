-- One page of a list of messages, newest first, filtered: of one account's, or of those of all accounts.
--
-- KEYS  1 list walked   2 list of all accounts' messages
-- ARGV  1 account, or '' (all)   2 pattern of a record's key before the id   3 pattern of an account's list
--       4 status or ''           5 ',form,form,' of a phone or ''
--       6 ms of the cursor or '+inf'   7 entry of the cursor or ''
--       8 how many at most             9 records looked at, at most
--
-- An entry is a message's id, which names the account; `id:account` is that of an older id in the list of all.
-- Returns {ids and accounts in turn, cursor or ''}. The cursor names the last entry looked at, by time, so that
-- messages accepted meanwhile shift nothing. Entries whose record is gone are forgotten on the way.
local walked, everybodys = unpack(KEYS)
local of_account, record_pattern, list_pattern, status, forms, cursor_ms, cursor_entry = unpack(ARGV, 1, 7)
local limit, budget = tonumber(ARGV[8]), tonumber(ARGV[9])
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
  redis.call('ZREM', everybodys, id, id .. ':' .. account)
end
return {found, cursor}
