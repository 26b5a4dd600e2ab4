-- Counts tries with a wrong key or password, for each address and in all. A try counts before it is looked at, so
-- that many at once cannot pass together; not so from an address that has known a right key lately.
-- Keys: tries: the wrong tries of the address; all: those of all addresses; known: set if it has known a right key.
local a = arguments({
  texts = 'step', -- begin: may this address try?; wrong, right: what came of it
  numbers = 'window_ms known_ms most most_in_all',
})
local TRIES, ALL, KNOWN = key('tries'), key('all'), key('known')

local function count(of)
  if redis.call('INCR', of) == 1 then
    redis.call('PEXPIRE', of, a.window_ms)
  end
end

local is_known = redis.call('EXISTS', KNOWN) == 1
if a.step == 'right' then
  if redis.call('DEL', TRIES) == 1 and not is_known then
    redis.call('DECR', ALL)
  end
  redis.call('SET', KNOWN, '1', 'PX', a.known_ms)
  return answer({ 'is', 'right' })
end
if a.step == 'begin' then
  local full = nil
  if tonumber(redis.call('GET', TRIES) or '0') >= a.most then
    full = TRIES
  elseif not is_known and tonumber(redis.call('GET', ALL) or '0') >= a.most_in_all then
    full = ALL
  end
  if full then
    return answer({ 'is', 'wait', 'ms', text(math.max(redis.call('PTTL', full), 1)) })
  end
end
if (a.step == 'begin') ~= is_known then -- a known address is counted afterwards
  count(TRIES)
  count(ALL)
end
-- From an address that is known for long yet, and has no wrong try, a right key changes nothing.
local settled = is_known and redis.call('EXISTS', TRIES) == 0 and redis.call('PTTL', KNOWN) > a.known_ms / 2
return answer({ 'is', 'go', 'settled', settled and '1' or '' })
