-- One template: {its record}, or {false, the languages it is in}. A field of the hash is "name/language".
local templates = unpack(KEYS)
local name, language = unpack(ARGV)
local found = redis.call('HGET', templates, name .. '/' .. language)
if found then return {found} end
local languages = {false}
for _, field in ipairs(redis.call('HKEYS', templates)) do
  local its_name, its_language = string.match(field, '^(.*)/(.*)$')
  if its_name == name then languages[#languages + 1] = its_language end
end
return languages
