-- Record the channel's report whether a page is subscribed. Reports may arrive late, so the newest one counts.
-- Stored: the time of the report, when the last page had left before it, and whether a page is subscribed.
-- Keys: run.
local a = arguments({ texts = 'occupied keep_ms', numbers = 'at_ms' })

local r = load()
local known = tonumber(string.match(r.channel, '^%d+')) or 0
if a.at_ms < known then
  return answer({ 'new', '', 'held', r.held, 'user', r.user })
end
local left = string.match(r.channel, '^%d+ (%d+) %d$') or '0'
if string.sub(r.channel, -2) == ' 0' then
  left = text(known)
end
redis.call('HSET', RUN, 'channel', text(a.at_ms) .. ' ' .. left .. ' ' .. a.occupied)
redis.call('PEXPIRE', RUN, a.keep_ms)
return answer({ 'new', '1', 'held', r.held, 'user', r.user })
