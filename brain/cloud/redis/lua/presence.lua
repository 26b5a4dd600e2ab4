-- The channel's word on whether anybody is subscribed. Words may come late: the newest counts.
-- Kept: when it was said, when they had left before that, and whether they are there.
local at, occupied, keep_ms = tonumber(ARGV[1]), ARGV[2], ARGV[3]

local r = load()
local known = tonumber(string.match(r.channel, '^%d+')) or 0
if at < known then
  return { '', r.held, r.user }
end
local left = string.match(r.channel, '^%d+ (%d+) %d$') or '0'
if string.sub(r.channel, -2) == ' 0' then
  left = text(known)
end
redis.call('HSET', RUN, 'channel', text(at) .. ' ' .. left .. ' ' .. occupied)
redis.call('PEXPIRE', RUN, keep_ms)
return { '1', r.held, r.user }
