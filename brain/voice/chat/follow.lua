-- Return the log after a seq, which run is open, what was heard, and the tokens that a run's model calls took.
-- Keys: run, log, journal, withdrawn.
local a = arguments({ texts = 'count run listens', numbers = 'since' }) -- listens: the reader waits for news

local run = redis.call('HMGET', RUN, 'id', 'state', 'heard', 'undone', 'followed')
if a.listens == '1' then
  note_follower(run[5], clock())
end
local entries = redis.call('XRANGE', LOG, text(a.since + 1), '+', 'COUNT', a.count)
local gone = {}
for at in pairs(taken_back(entries, run[4] or '')) do
  gone[#gone + 1] = text(at)
end
-- The tokens of an answer stand right behind its text and its calls. In a stored text the quotation marks would be
-- escaped, so no text can pretend to be a count.
local prompt, own = 0, 0
if a.run ~= '' and run[1] == a.run then
  for _, line in ipairs(lines_of(JOURNAL)) do
    if string.find(line, '^e {"v":%d+,"is":"answered"') then
      prompt = prompt + tonumber(string.match(line, '"tokens":%d+,"promptTokens":(%d+)') or 0)
      own = own + tonumber(string.match(line, '"answerTokens":(%d+)') or 0)
    end
  end
end
return answer({
  'is', 'read', 'run', run[1] or '', 'state', run[2] or '', 'heard', run[3] or '', 'entries', entries,
  'withdrawn', table.concat(gone, ' '),
  'prompt_tokens', text(prompt), 'answer_tokens', text(own),
})
