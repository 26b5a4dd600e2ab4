-- A question as it stands, by its id, or the one that was asked last.
-- KEYS: 4 questions (hash: id -> state, id:form -> its message)
local id = ARGV[1]

local r = load()
if id == '' then
  id = string.match(r.question, '^%S+') or ''
end
local state = id ~= '' and redis.call('HGET', KEYS[4], id)
if not state then
  return {}
end
local asked, expires = string.match(state, '^open (%d+) (%d+)$')
local open = asked and tonumber(expires) > clock()
return { redis.call('HGET', KEYS[4], id .. ':form'), open and '1' or '', asked == text(r.seq) and '1' or '' }
