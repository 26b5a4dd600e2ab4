-- A text comes in: append it once, and make the caller the brain if there is none.
-- KEYS: 4 what is known of this message id, 5 memory (hash), 6 questions (hash), 7 the resting journal of
-- the question that the text decides
local ID, MEMORY, QUESTIONS, RESTING = KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local utterance, overheard, tools, holder, new_run = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local lease_ms, tail = tonumber(ARGV[6]), ARGV[7]
local rate, window_ms = tonumber(ARGV[8]), tonumber(ARGV[9])
local log_length, keep_ms, id_keep_ms, journal_keep_ms = ARGV[10], ARGV[11], ARGV[12], ARGV[13]
-- What the text decides, if anything; `plain` is its form where that does not count, empty if it must.
local question, verdict, plain = ARGV[14], ARGV[15], ARGV[16]

local now = clock()
local r = load()
local idle = r.state ~= 'running' and r.state ~= 'handingOver'
local vacant = idle or r.lease <= now

local known = redis.call('GET', ID)
if known then
  local seq, of, by = string.match(known, '^(%d+) (%S+) (%S+)$')
  if idle or r.id ~= of then
    return { 'known', seq, of, '1', text(r.wake), '0', redis.call('XRANGE', LOG, seq, '+', 'COUNT', '256') }
  end
  if r.holder == holder and r.state == 'running' then -- our own call, sent again
    return admitted(r, seq, now, tail, MEMORY)
  end
  if vacant then
    take_over(r, holder, now, lease_ms)
    return admitted(r, seq, now, tail, MEMORY)
  end
  local word = by == holder and 'recorded' or 'known'
  return { word, seq, of, '0', text(r.wake), text(r.lease - now), {} }
end

if question ~= '' then
  local state = redis.call('HGET', QUESTIONS, question) or 'unknown'
  local asked, expires = string.match(state, '^open (%d+) (%d+)$')
  local expired = asked and tonumber(expires) <= now
  if not asked or expired or (plain ~= '' and tonumber(asked) ~= r.seq) then
    if plain == '' then
      return { 'closed', expired and 'expired' or state }
    end
    question, utterance = '', plain
  end
end

local recent, wait_ms = admissible(r, now, rate, window_ms)
if not recent then
  return { 'limited', text(wait_ms) }
end

local seq = r.seq + 1
local run_id = idle and new_run or r.id
redis.call('XADD', LOG, 'MAXLEN', '~', log_length, text(seq) .. '-0', 'u', utterance, 'r', run_id)
redis.call('SET', ID, text(seq) .. ' ' .. run_id .. ' ' .. holder, 'PX', id_keep_ms)
redis.call('PEXPIRE', LOG, keep_ms)
if question ~= '' then
  redis.call('HSET', QUESTIONS, question, verdict .. ' ' .. text(seq))
  if string.match(r.question, '^%S+') == question then
    redis.call('HSET', RUN, 'question', '')
  end
end

local heard = {}
if overheard ~= '' then
  heard[1] = 'c' .. text(seq) .. ' ' .. overheard
end
if tools ~= '' then
  heard[#heard + 1] = 't' .. text(seq) .. ' ' .. tools
end
if idle then
  -- The last step of the run before may still be sent again, when its answer was lost.
  local past = r.id .. ' ' .. text(r.fence) .. ' ' .. text(r.step) .. ' ' .. r.reply
  r.id, r.fence, r.step, r.first, r.wake, r.attempts = new_run, r.fence + 1, 0, seq, 1, 0
  r.started, r.loops, r.tokens, r.handoffs = text(now), '0', '0', '0'
  heard[#heard + 1] = 'u' .. text(seq) .. ' ' .. utterance
  -- A run that rested with its question goes on; of any other nothing is left to say.
  if question ~= '' and redis.call('EXISTS', RESTING) == 1 then
    redis.call('RENAME', RESTING, JOURNAL)
  else
    redis.call('DEL', JOURNAL)
  end
  redis.call('RPUSH', JOURNAL, unpack(heard))
  redis.call('PEXPIRE', JOURNAL, journal_keep_ms)
  redis.call('HSET', RUN, 'seq', text(seq), 'consumed', text(seq), 'recent', recent,
    'state', 'running', 'id', new_run, 'fence', text(r.fence), 'holder', holder,
    'lease', text(now + lease_ms), 'step', '0', 'first', text(seq), 'wake', '1', 'started', text(now),
    'loops', '0', 'tokens', '0', 'handoffs', '0', 'attempts', '0', 'reply', '', 'past', past,
    'activity', 'thinking', 'progress', '', 'reason', '', 'said', text(seq), 'last', text(now),
    'contact', text(now))
  redis.call('PEXPIRE', RUN, keep_ms)
  tell(seq, 'running', new_run)
  return admitted(r, seq, now, tail, MEMORY)
end

redis.call('HSET', RUN, 'seq', text(seq), 'recent', recent, 'said', text(seq), 'last', text(now),
  'contact', text(now))
redis.call('PEXPIRE', RUN, keep_ms)
tell(seq, 'running', run_id)
if #heard > 0 then
  redis.call('RPUSH', JOURNAL, unpack(heard))
end
if vacant then
  take_over(r, holder, now, lease_ms)
  return admitted(r, seq, now, tail, MEMORY)
end
return { 'recorded', text(seq), run_id, '0', text(r.wake), text(r.lease - now), {} }
