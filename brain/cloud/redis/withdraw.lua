-- Take back a text of which nothing has come.
-- Keys: run, log, journal, withdrawn; id: the record of its message id; memory; questions.
local a = arguments({ texts = 'withdrawal log_length keep_ms journal_keep_ms', numbers = 'handover_ms' })

local now = clock()
local r = load(now, a.handover_ms)
local known = redis.call('GET', key('id'))
local seq, run_id = string.match(known or '', '^(%d+) (%S+) %S+$')
if not seq or r.state == '' then
  return answer({ 'is', 'unknown' })
end
local function withdrawn(by, form)
  local successor = r.id == run_id and r.state == 'handingOver' and r.lease <= now + a.handover_ms
  return answer({
    'is', 'withdrawn', 'seq', seq, 'by', text(by), 'form', form, 'run', r.id, 'fence', text(r.fence),
    'withdraws', form ~= '' and withdraws_of(redis.call('XRANGE', LOG, text(by), text(by))[1]) or '',
    'goes_on', successor and '1' or '',
  })
end
local entry = redis.call('XRANGE', LOG, seq, seq)
if #standing(entry, r.undone) < #entry then -- sent again, or another text has taken its place
  for _, later in ipairs(redis.call('XRANGE', LOG, seq, '+', 'COUNT', text(MOST_SINCE))) do
    if string.find(' ' .. withdraws_of(later) .. ' ', ' ' .. seq .. ' ', 1, true) then
      return withdrawn(seq_of(later), later[2][1] == 'w' and later[2][2] or '')
    end
  end
  return withdrawn(tonumber(seq), '')
end
local plan = plan_for(r, tonumber(seq))
if not plan then
  return answer({ 'is', 'stands', 'seq', seq })
end
local gone = {}
for i, one in ipairs(plan.entries) do
  gone[i] = text(seq_of(one))
end
local by = append(a.log_length, r.seq + 1, { 'w', a.withdrawal, 'r', run_id, 'a', '0', 'w', table.concat(gone, ' ') })
r.seq = by
take_back(r, plan, by, a.journal_keep_ms)
if plan.how == 'left' then
  r.lease = now + a.handover_ms
  redis.call('HSET', RUN, 'lease', text(r.lease))
end
-- It is no longer what its turn has last: an earlier text of the turn is not corrected by it.
r.turns = string.gsub(r.turns .. ' ', ':' .. seq .. ' ', ':0 ')
redis.call('HSET', RUN, 'seq', text(by), 'last', text(now), 'turns', (string.gsub(r.turns, ' $', '')))
redis.call('PEXPIRE', RUN, a.keep_ms)
redis.call('PEXPIRE', LOG, a.keep_ms)
if plan.how == 'mark' then
  tell(by, '-', '-')
else
  tell(by, plan.how == 'alone' and 'done' or 'running', run_id)
end
return withdrawn(by, a.withdrawal)
