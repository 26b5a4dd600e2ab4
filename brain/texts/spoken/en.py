"""English: the phrases, then the fillers."""

YES = (
    """
    yes | yep | yup | yes I do | yes you may | go ahead | go for it | do it | do that |
    do so | please do | send it | send that | send them | send | yes I am sure | I'm sure |
    I agree | I approve | approve | approve it | approved | confirm | confirmed |
    I confirm | with pleasure | make it so
    """,
    """
    please | then | now | just | thanks | thank you | well | um | uh | oh | right away |
    for me | it is
    """,
)

SOFT = """
    ok | okay | yeah | sure | sure thing | of course | absolutely | definitely | certainly |
    sounds good | looks good | that's right | right | that's correct | correct |
    that's fine | fine | all right | alright | perfect | you may | you can | yes it is
"""

NO = (
    """
    no | nope | nah | no way | no thanks | no thank you | don't | do not | don't do it |
    do not do it | don't do that | don't send it | do not send it | don't send that |
    don't send | cancel | cancel it | cancel that | stop | stop it | stop that | abort |
    never mind | nevermind | forget it | forget that | forget about it | leave it |
    leave it be | I don't want that | reject | reject it | rejected | absolutely not |
    definitely not | of course not | certainly not | better not | I'd rather not |
    no I don't
    """,
    "please | thanks | thank you | then | oh | well | um | uh | just",
)

STATUS = (
    """
    what are you doing | what are you up to | what are you working on | what are you at |
    are you still working | are you still working on it | are you still working on that |
    are you still working on this | are you working | are you working on it | are you busy |
    are you still there | are you there | are you still at it | are you still on it |
    how far are you | how far along are you | how far have you got | how far did you get |
    how is it going | how's it going | how is it coming along | how are you getting on |
    status | what's the status | what is the status | status update | any progress |
    any update | are you done | are you finished | are you ready | is it done |
    is it ready | how long will it take | how much longer | how much longer will it take |
    how long
    """,
    """
    hey | hello | so | and | um | uh | well | now | right now | yet | please | just |
    there | still | okay | ok | then | at the moment | currently | with it | with that |
    exactly | tell me | already
    """,
)

HELPERS = """
    how far are they | how far along are they | how are they doing | how are they getting on |
    are they done | are they finished | are they ready | are they done yet | what are they
    doing | how far are the helpers | how are the helpers doing | are the helpers done | what
    are the helpers doing | any news from the helpers | any news from them | how is the job
    going | how are the jobs going | how far is the job | is the job done
"""
