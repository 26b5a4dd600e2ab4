-- Note that a caller no longer waits for the answer of a run: replace what is known of the call, and append what the
-- caller was told meanwhile (a breadcrumb; empty for nothing). Does nothing if the run has ended.
-- Keys: run, log, journal, withdrawn; call: the last turn of the call.
local a = arguments({
  texts = 'before after keep_ms run crumb log_length log_keep_ms',
  numbers = 'since', -- the last place in the log that the caller was told
})
local CALL = key('call')

local r = load()
local known = redis.call('GET', CALL) or ''
if known == a.after then -- sent again
  return answer({ 'is', 'owed', 'seq', text(r.seq) })
end
if r.id ~= a.run or (r.state ~= 'running' and r.state ~= 'handingOver') then
  return answer({ 'is', 'ended' })
end
if known ~= a.before then
  return answer({ 'is', 'changed' })
end
local seq, told = r.seq, '0'
if a.crumb ~= '' then
  seq = append(a.log_length, r.seq + 1, { 'm', a.crumb, 'r', a.run })
  told = text(seq)
  redis.call('PEXPIRE', LOG, a.log_keep_ms)
  redis.call('HSET', RUN, 'seq', text(seq))
  redis.call('PEXPIRE', RUN, a.log_keep_ms)
  tell(seq, 'running', a.run)
end
-- Whoever is there may say what the caller was not told: see claim.
redis.call('HSET', RUN, 'late', a.run .. ' ' .. text(a.since) .. ' ' .. told)
redis.call('SET', CALL, a.after, 'PX', a.keep_ms)
return answer({ 'is', 'owed', 'seq', text(seq) })
