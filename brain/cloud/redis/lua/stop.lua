-- The user stops a run: it ends here and now, whoever is at it, and with a new fence, so that whatever
-- its brain still does is refused. What it is left to say is its last word, for the log.
local run_id, log_length = ARGV[1], ARGV[2]
local plain, unsure = ARGV[3], ARGV[4] -- the last word; and that of a run in the middle of an act

local r = load()
local of, at, said = string.match(r.stopped, '^(%S+) (%d+) (%d+)$')
local last = of and redis.call('XRANGE', LOG, at, at)[1]
if last and (last[2][2] == plain or last[2][2] == unsure) then -- sent again, perhaps in the next run
  return { 'stopped', of, at, last[2][2] == unsure and '1' or '', said }
end
if (r.state ~= 'running' and r.state ~= 'handingOver') or (run_id ~= '' and r.id ~= run_id) then
  return { 'settled' }
end

-- An act is recorded as started just before it runs, and one at a time. What comes in with a text stands
-- in the journal too, and may be later.
local lines, acting = redis.call('LRANGE', JOURNAL, 0, -1), false
for i = #lines, 1, -1 do
  if string.sub(lines[i], 1, 2) == 'e ' then
    acting = string.find(lines[i], '"is":"started"', 1, true) ~= nil
    break
  end
end
local seq = r.seq + 1
redis.call('XADD', LOG, 'MAXLEN', '~', log_length, text(seq) .. '-0', 't', acting and unsure or plain,
  'r', r.id, 'a', text(r.said))
redis.call('HSET', RUN, 'state', 'idle', 'lease', '0', 'fence', text(r.fence + 1), 'seq', text(seq),
  'consumed', text(seq), 'reply', '', 'activity', '', 'reason', 'stopped', 'last', text(clock()),
  'stopped', r.id .. ' ' .. text(seq) .. ' ' .. text(r.said))
tell(seq, 'stopped', r.id)
return { 'stopped', r.id, text(seq), acting and '1' or '', text(r.said) }
