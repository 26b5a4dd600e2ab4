"""Polish: the phrases, then the fillers."""

YES = (
    """
    tak | zgoda | zgadzam się | wyślij | wyślij to | wyślij go | wyślij ją | zrób to |
    zrób tak | śmiało | potwierdzam | potwierdzone
    """,
    "proszę | poproszę | dziękuję | dzięki | teraz | to | więc | bardzo",
)

SOFT = """
    ok | okay | okej | no tak | jasne | oczywiście | pewnie | dobrze | dobra | zgadza się |
    w porządku | jak najbardziej | dokładnie | możesz
"""

NO = (
    """
    nie | nie dziękuję | nie dzięki | nie rób tego | nie wysyłaj | nie wysyłaj tego |
    nie wysyłaj go | anuluj | anuluj to | zostaw | zostaw to | lepiej nie | stop |
    przestań | absolutnie nie | oczywiście że nie | zapomnij o tym | w żadnym razie |
    odrzuć | nigdy
    """,
    "proszę | dziękuję | dzięki | to | no",
)

STATUS = (
    """
    co robisz | co ty robisz | nad czym pracujesz | nadal nad tym pracujesz |
    pracujesz nad tym | jak daleko jesteś | jak idzie | jak ci idzie | jak postępy |
    status | jaki jest status | jaki jest stan | skończyłeś | skończyłaś | gotowe |
    jesteś tam | ile jeszcze | ile to jeszcze potrwa | długo jeszcze | jak długo jeszcze
    """,
    "a | i | hej | teraz | jeszcze | już | proszę | czy | no | właśnie | w tej chwili | nadal",
)

HELPERS = """
    jak daleko są | jak im idzie | skończyli | czy skończyli | czy już skończyli | co oni
    robią | co robią pomocnicy | jak idzie pomocnikom
"""
