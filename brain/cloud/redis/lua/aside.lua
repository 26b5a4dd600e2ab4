-- A text that is answered beside the run, from what is stored: the brain goes on and never sees it.
-- KEYS: 4 what is known of this message id
local ID = KEYS[4]
local utterance, answer, run_id, holder = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local rate, window_ms = tonumber(ARGV[5]), tonumber(ARGV[6])
local log_length, keep_ms, id_keep_ms = ARGV[7], ARGV[8], ARGV[9]

local now = clock()
local r = load()
local known = redis.call('GET', ID)
if known then
  local seq, of = string.match(known, '^(%d+) (%S+) %S+$')
  return { 'known', seq, of, '1', text(r.wake), '0', redis.call('XRANGE', LOG, seq, '+', 'COUNT', '256') }
end
if (r.state ~= 'running' and r.state ~= 'handingOver') or r.lease <= now then
  return { 'idle' }
end
local recent, wait_ms = admissible(r, now, rate, window_ms)
if not recent then
  return { 'limited', text(wait_ms) }
end
local seq = r.seq + 1
redis.call('XADD', LOG, 'MAXLEN', '~', log_length, text(seq) .. '-0', 'q', utterance, 'r', run_id)
redis.call('XADD', LOG, 'MAXLEN', '~', log_length, text(seq + 1) .. '-0', 't', answer, 'r', run_id, 'a', text(seq))
redis.call('SET', ID, text(seq) .. ' ' .. run_id .. ' ' .. holder, 'PX', id_keep_ms)
redis.call('HSET', RUN, 'seq', text(seq + 1), 'recent', recent, 'last', text(now))
redis.call('PEXPIRE', RUN, keep_ms)
redis.call('PEXPIRE', LOG, keep_ms)
tell(seq + 1, 'running', r.id)
return { 'answered', text(seq) }
