"""Italian: the phrases, then the fillers."""

YES = (
    """
    sì | si | procedi | proceda | invia | invialo | inviala | lo invii | manda | mandalo |
    mandala | fallo | fallo pure | fai pure | faccia pure | vai | vai pure | volentieri |
    confermo | confermato
    """,
    "per favore | grazie | allora | ora | adesso | bene | ehm | pure | per piacere",
)

SOFT = """
    ok | okay | certo | certamente | certo che sì | va bene | va benissimo | d'accordo |
    esatto | esattamente | giusto | perfetto | assolutamente sì | puoi | sicuro
"""

NO = (
    """
    no | no grazie | non farlo | non lo fare | non inviarlo | non inviarla | non inviare |
    non mandarlo | non mandarla | non mandare | annulla | annullalo | annullare |
    lascia stare | lascia perdere | meglio di no | ferma | fermati | fermo | stop |
    assolutamente no | certo che no | per niente | mai | rifiuto | rifiuta | non voglio |
    dimenticalo
    """,
    "per favore | grazie | allora | ehm | ma | per piacere",
)

STATUS = (
    """
    cosa stai facendo | che stai facendo | che cosa stai facendo | che fai | cosa fai |
    a cosa stai lavorando | ci stai lavorando | ci stai ancora lavorando | ci sei |
    ci sei ancora | a che punto sei | a che punto siamo | come procede | come va | stato |
    qual è lo stato | hai finito | hai già finito | è pronto | quanto manca | manca molto |
    quanto ci vuole | quanto tempo ci vuole
    """,
    "e | ehi | adesso | ora | ancora | già | per favore | allora | in questo momento",
)

HELPERS = """
    a che punto sono | come procedono | hanno finito | hanno già finito | cosa stanno facendo
    | che stanno facendo | a che punto sono gli aiutanti | quanto manca a loro
"""
