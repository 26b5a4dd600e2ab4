"""German: the phrases, then the fillers."""

YES = (
    """
    ja | jep | jawohl | gern | gerne | einverstanden | unbedingt | mach | mach das |
    mach es | mach's | tu es | tu das | nur zu | los | schick es ab | schick sie ab |
    schick ihn ab | schick ab | schick es | schick sie | schick ihn | sende es | sende sie |
    senden | abschicken | schick los | sende ab | ich bestätige | bestätigt | bestätigen |
    so machen wir es
    """,
    """
    bitte | danke | dann | jetzt | so | mal | doch | also | äh | ähm | sehr | ruhig |
    einfach | schön
    """,
)

SOFT = """
    ok | okay | jo | jaja | klar | na klar | alles klar | natürlich | selbstverständlich |
    sicher | genau | richtig | stimmt | passt | gut | in Ordnung | auf jeden Fall |
    das ist richtig
"""

NO = (
    """
    nein | nee | nö | nein danke | nicht | bitte nicht | lieber nicht | besser nicht |
    auf keinen Fall | keinesfalls | niemals | abbrechen | brich ab | brich das ab |
    lass es | lass das | lass mal | lass sein | stopp | stop | halt | nicht senden |
    nicht abschicken | schick es nicht | schick es nicht ab | schick sie nicht ab |
    schick ihn nicht ab | mach das nicht | mach es nicht | tu das nicht | tu es nicht |
    vergiss es | natürlich nicht | ablehnen | abgelehnt | das will ich nicht
    """,
    "bitte | danke | doch | dann | jetzt | so | mal | ach | äh | ähm",
)

STATUS = (
    """
    was machst du | was tust du | was treibst du | woran arbeitest du | was machen Sie |
    bist du noch dran | bist du dran | arbeitest du noch | arbeitest du noch daran |
    bist du noch dabei | bist du noch da | wie weit bist du | wie weit bist du damit |
    wie läuft es | wie läuft's | wie kommst du voran | Status | wie ist der Status |
    wie ist der Stand | was ist der Stand | wie sieht's aus | wie sieht es aus |
    bist du fertig | bist du damit fertig | bist du schon fertig | ist es fertig |
    wie lange noch | wie lange dauert es noch | wie lange brauchst du noch |
    dauert es noch lange | dauert das noch lange
    """,
    """
    und | hey | hallo | na | so | also | jetzt | gerade | denn | eigentlich | mal | bitte |
    noch | schon | momentan | im Moment | äh | ähm | da | sag
    """,
)

HELPERS = """
    wie weit sind sie | wie weit sind die | wie weit sind die Helfer | wie läuft es bei ihnen
    | wie läuft es bei den Helfern | sind sie fertig | sind die fertig | sind die Helfer
    fertig | sind sie schon fertig | was machen sie | was machen die Helfer | wie kommen sie
    voran | wie kommen die Helfer voran | gibt es Neues von den Helfern | wie weit ist der
    Auftrag
"""
