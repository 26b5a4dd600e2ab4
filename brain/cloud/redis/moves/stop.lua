-- Stop a run at once, no matter which invocation works on it. The new fence makes the store refuse all later
-- writes of its brain. The log gets one last message.
-- Keys: run, log, journal, withdrawn.
local a = arguments({
  texts = 'run log_length plain unsure', -- the last message, and the one for a run that is in the middle of an act
})

local function stopped(run_id, seq, acting, said)
  return answer({
    'is', 'stopped', 'run', run_id, 'seq', seq, 'acting', acting and '1' or '', 'answers', said,
  })
end

local r = load()
local of, at, said = string.match(r.stopped, '^(%S+) (%d+) (%d+)$')
local last = of and redis.call('XRANGE', LOG, at, at)[1]
if last and (last[2][2] == a.plain or last[2][2] == a.unsure) then -- sent again, possibly during the next run
  return stopped(of, at, last[2][2] == a.unsure, said)
end
if (r.state ~= 'running' and r.state ~= 'handingOver') or (a.run ~= '' and r.id ~= a.run) then
  return answer({ 'is', 'settled' })
end

-- Acts run one at a time, and each is recorded as started just before it runs. Entries of a text may follow it
-- in the journal.
local lines, acting = lines_of(JOURNAL), false
for i = #lines, 1, -1 do
  if string.sub(lines[i], 1, 2) == 'e ' then
    acting = string.find(lines[i], '"is":"started"', 1, true) ~= nil
    break
  end
end
local seq = append(a.log_length, r.seq + 1, { 't', acting and a.unsure or a.plain, 'r', r.id, 'a', text(r.said) })
redis.call('PEXPIRE', LOG, KEEP_RUN_MS)
redis.call('HSET', RUN, 'state', 'idle', 'lease', '0', 'fence', text(r.fence + 1), 'seq', text(seq),
  'consumed', text(seq), 'reply', '', 'activity', '', 'reason', 'stopped', 'last', text(clock()),
  'stopped', r.id .. ' ' .. text(seq) .. ' ' .. text(r.said))
tell(seq, 'stopped', r.id)
return stopped(r.id, text(seq), acting, text(r.said))
