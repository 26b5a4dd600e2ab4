-- Shared by every move. A script is the flag line, this prelude and one move.
-- KEYS: 1 run (hash), 2 log (stream, entry id = seq), 3 journal (list); moves may add more.
-- Stored numbers are written as text without an exponent: Lua would turn a time into 1.7e+12.

local RUN, LOG, JOURNAL = KEYS[1], KEYS[2], KEYS[3]
local NEWS = string.gsub(RUN, ':run$', ':news') -- a pub/sub channel, which is no key

local FIELDS = {
  'state', 'id', 'fence', 'holder', 'lease', 'step', 'seq', 'consumed', 'first', 'wake',
  'started', 'loops', 'tokens', 'handoffs', 'attempts', 'pace', 'reply', 'past', 'recent', 'said', 'reason',
  'stopped', 'heard', 'channel', 'question', 'held', 'contact', 'noted', 'user',
}

local function text(number)
  return string.format('%.0f', number)
end

local function clock()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- The run hash as a table; numbers that are not there yet are 0.
local function load()
  local values = redis.call('HMGET', RUN, unpack(FIELDS))
  local r = {}
  for i, name in ipairs(FIELDS) do
    r[name] = values[i] or ''
  end
  for _, name in ipairs({ 'fence', 'lease', 'step', 'seq', 'consumed', 'first', 'wake', 'attempts', 'said' }) do
    r[name] = tonumber(r[name]) or 0
  end
  return r
end

-- A page shows a sign of life. Kept: the last one, when they came, and when they had left before that.
local function note_here(HERE, now, keep_ms, gap_ms)
  local before = redis.call('GET', HERE) or ''
  local last, came, left = string.match(before, '^(%d+) (%d+) (%d+)$')
  if not last or now - tonumber(last) >= tonumber(gap_ms) then
    came, left = text(now), last or '0'
  end
  redis.call('SET', HERE, text(now) .. ' ' .. came .. ' ' .. left, 'PX', keep_ms)
  return before
end

-- Let those know who listen: how far the log reaches, and what the run does (running, done, stopped).
-- A listener looks by itself now and then, so a store that refuses this is no fault.
local function tell(seq, state, run_id)
  redis.pcall('PUBLISH', NEWS, text(seq) .. ' ' .. state .. ' ' .. run_id)
end

-- The times of the user's texts in the sliding window, this one included; nothing, and how long to wait,
-- if they are too many. They live in one field of the hash that is read anyway: no key, no command more.
local function admissible(r, now, rate, window_ms)
  local stamps, oldest = {}, nil
  for stamp in string.gmatch(r.recent, '%d+') do
    if now - tonumber(stamp) < window_ms then
      oldest = oldest or tonumber(stamp)
      stamps[#stamps + 1] = stamp
    end
  end
  if #stamps >= rate then
    return nil, window_ms - (now - oldest)
  end
  stamps[#stamps + 1] = text(now)
  return table.concat(stamps, ' ')
end

-- The answer to who has become the brain: the run, its journal, the log's end before the run, what was
-- heard, and what there is in memory.
local function admitted(r, seq, now, tail, MEMORY)
  local journal = redis.call('LRANGE', JOURNAL, 0, -1)
  local history = {}
  if r.first > 1 then
    history = redis.call('XREVRANGE', LOG, text(r.first - 1), '-', 'COUNT', tail)
  end
  return {
    'admitted', text(seq), text(now), r.id, text(r.fence), text(r.step), text(r.first),
    text(r.wake), r.started, r.loops, r.tokens, r.handoffs, text(r.attempts), r.pace, journal, history,
    r.heard, redis.call('HMGET', MEMORY, 'block', 'upto'),
  }
end

-- Whether a brain is at work. One whose lease has run out speaks no more, until another takes over.
local function is_busy(r, now)
  return (r.state == 'running' or r.state == 'handingOver') and r.lease > now
end

-- The answer to a brain that is none any more, and whether the user has stopped its run.
local function lost(r, run_id)
  return { 'lost', r.id == run_id and r.reason == 'stopped' and '1' or '' }
end

-- A new fence for a run whose brain is gone: whatever the old one still does is refused from now on.
local function take_over(r, holder, now, lease_ms)
  r.fence = r.fence + 1
  r.attempts = r.attempts + 1
  redis.call('HSET', RUN, 'state', 'running', 'fence', text(r.fence), 'holder', holder,
    'lease', text(now + lease_ms), 'attempts', text(r.attempts), 'wake', text(r.wake), 'last', text(now))
end
