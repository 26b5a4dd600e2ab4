-- Returns the pending notices and the user's state. Stores the given notice first, unless it is already
-- known; without a notice (empty) only reads.
-- Keys: run; seen: set once this notice is known; held: the pending notices (list); here: the last request
-- of the user's pages.
local a = arguments({ texts = 'notice user most seen_ms held_ms keep_ms' })
local HELD = key('held')

local r = load()
if a.notice ~= '' and redis.call('SET', key('seen'), '1', 'NX', 'PX', a.seen_ms) then
  redis.call('RPUSH', HELD, a.notice)
  redis.call('LTRIM', HELD, '-' .. a.most, '-1')
  redis.call('PEXPIRE', HELD, a.held_ms)
  redis.call('HSET', RUN, 'user', a.user)
end
local forms = redis.call('LRANGE', HELD, 0, -1)
if text(#forms) ~= (r.held == '' and '0' or r.held) then -- one was added, or the list has expired
  redis.call('HSET', RUN, 'held', text(#forms))
  redis.call('PEXPIRE', RUN, a.keep_ms)
end
local now = clock()
return answer({
  'busy', is_busy(r, now) and '1' or '', 'here', redis.call('GET', key('here')) or '', 'channel', r.channel,
  'contact', r.contact, 'noted', r.noted, 'heard', r.heard, 'said', text(r.said), 'forms', forms,
  'now_ms', text(now), 'language', r.language, 'zone', r.zone,
})
