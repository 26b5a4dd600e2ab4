"""Swedish: the phrases, then the fillers."""

YES = (
    """
    ja | japp | jajamän | gärna | gör det | gör så | kör | kör på | kör till | skicka |
    skicka det | skicka den | skicka iväg det | skicka iväg den | bekräftat | jag bekräftar
    """,
    "tack | snälla | då | nu | är du snäll | gärna | bara",
)

SOFT = """
    ok | okay | okej | jo | javisst | visst | absolut | självklart | naturligtvis |
    det går bra | det stämmer | stämmer | precis
"""

NO = (
    """
    nej | nä | nix | nej tack | gör det inte | gör inte det | skicka inte |
    skicka det inte | skicka den inte | skicka inte det | skicka inte den | avbryt |
    avbryt det | låt bli | låt det vara | strunt i det | strunta i det | stopp | stanna |
    helst inte | hellre inte | absolut inte | självklart inte | glöm det | avvisa | aldrig
    """,
    "tack | snälla | då | nu",
)

STATUS = (
    """
    vad gör du | vad håller du på med | vad jobbar du med | vad arbetar du med |
    håller du fortfarande på | håller du på | jobbar du fortfarande på det | är du kvar |
    hur långt har du kommit | hur går det | status | vad är statusen | hur är läget |
    är du klar | är du färdig | är det klart | hur länge till | hur lång tid tar det |
    är det långt kvar
    """,
    "och | hej | nu | just nu | då | fortfarande | än | ännu | snälla | tack | med det",
)

HELPERS = """
    hur långt har de kommit | hur går det för dem | är de klara | är de färdiga | vad gör de |
    är hjälparna klara | hur långt har hjälparna kommit
"""
