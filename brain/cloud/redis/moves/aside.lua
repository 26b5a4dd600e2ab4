-- Answer a text from stored data while a run continues, or (even_idle) while none is open. No brain sees it.
-- Keys: run, log, withdrawn; id: the record of this message id.
local a = arguments({
  texts = 'utterance answer new_run holder log_length keep_ms id_keep_ms language zone even_idle device',
  numbers = 'rate window_ms',
})
local ID = key('id')

local now = clock()
local r = load()
local known = redis.call('GET', ID)
local at, of = string.match(known or '', '^(%d+) (%S+) %S+$')
local taker = at and redis.call('XRANGE', LOG, at, at)
if at and #standing(taker, r.undone) == #taker then -- the id of a text that was taken back is free
  return known_before(r, at, of)
end
local is_open = r.state == 'running' or r.state == 'handingOver'
local is_idle = a.even_idle == '1' and r.state == 'idle'
if not is_idle and (not is_open or r.lease <= now) then
  return answer({ 'is', 'idle' })
end
local recent, wait_ms = admissible(r, now, a.rate, a.window_ms)
if not recent then
  return answer({ 'is', 'limited', 'wait_ms', text(wait_ms) })
end
local entry = { 'q', a.utterance, 'r', a.new_run }
if a.device ~= '' then
  entry = { 'q', a.utterance, 'r', a.new_run, 'a', '0', 'w', '', 'd', a.device }
end
local seq = append(a.log_length, r.seq + 1, entry)
append(a.log_length, seq + 1, { 't', a.answer, 'r', a.new_run, 'a', text(seq) })
redis.call('SET', ID, text(seq) .. ' ' .. a.new_run .. ' ' .. a.holder, 'PX', a.id_keep_ms)
set_run(r, a, 'seq', text(seq + 1), 'recent', recent, 'last', text(now))
redis.call('PEXPIRE', RUN, a.keep_ms)
redis.call('PEXPIRE', LOG, a.keep_ms)
tell(seq + 1, is_open and 'running' or r.state, r.id)
return answer({ 'is', 'answered', 'seq', text(seq) })
