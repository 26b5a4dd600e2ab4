-- Return the log after a seq, which run is open, what was heard, and the tokens that a run's model calls took.
-- Keys: run, log, journal.
local a = arguments({ texts = 'count run', numbers = 'since' })

local run = redis.call('HMGET', RUN, 'id', 'state', 'heard')
local entries = redis.call('XRANGE', LOG, text(a.since + 1), '+', 'COUNT', a.count)
-- The tokens of an answer stand right behind its text and its calls. In a stored text the quotation marks would be
-- escaped, so no text can pretend to be a count.
local prompt, own = 0, 0
if a.run ~= '' and run[1] == a.run then
  for _, line in ipairs(redis.call('LRANGE', JOURNAL, 0, -1)) do
    if string.find(line, '^e {"v":%d+,"is":"answered"') then
      prompt = prompt + tonumber(string.match(line, '"tokens":%d+,"promptTokens":(%d+)') or 0)
      own = own + tonumber(string.match(line, '"answerTokens":(%d+)') or 0)
    end
  end
end
return answer({
  'is', 'read', 'run', run[1] or '', 'state', run[2] or '', 'heard', run[3] or '', 'entries', entries,
  'prompt_tokens', text(prompt), 'answer_tokens', text(own),
})
