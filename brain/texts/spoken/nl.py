"""Dutch: the phrases, then the fillers."""

YES = (
    """
    ja | jazeker | jawel | graag | heel graag | doe maar | doe het | doe het maar |
    ga je gang | verstuur | verstuur het | verstuur hem | verstuur maar | stuur maar |
    stuur het | stuur hem | stuur het maar | verzend | verzend het | verzenden |
    ik bevestig | bevestigd
    """,
    """
    alsjeblieft | alstublieft | hoor | dank je | dank je wel | bedankt | nu | dan | eh |
    gewoon
    """,
)

SOFT = """
    ok | okay | oke | zeker | zeker weten | natuurlijk | prima | akkoord | klopt |
    dat klopt | in orde | is goed | dat is goed | precies
"""

NO = (
    """
    nee | neen | nee dank je | nee bedankt | niet doen | doe het niet | doe maar niet |
    niet versturen | verstuur het niet | stuur het niet | niet verzenden | annuleer |
    annuleren | annuleer het | laat maar | laat zitten | stop | liever niet | beter niet |
    vergeet het | vergeet maar | zeker niet | absoluut niet | natuurlijk niet |
    geen sprake van | afwijzen | nooit
    """,
    "alsjeblieft | alstublieft | hoor | dank je | dank je wel | bedankt | eh | dan | toch",
)

STATUS = (
    """
    wat doe je | wat ben je aan het doen | waar ben je mee bezig | waar werk je aan |
    ben je er nog mee bezig | ben je nog bezig | ben je bezig | ben je er nog |
    hoe ver ben je | hoe ver ben je ermee | hoe gaat het ermee | hoe staat het ermee |
    status | wat is de status | ben je klaar | is het klaar | hoe lang nog |
    hoe lang duurt het nog | duurt het nog lang
    """,
    "en | hé | hey | nu | nog | al | dan | even | eigenlijk | alsjeblieft | op dit moment",
)

HELPERS = """
    hoe ver zijn ze | hoe ver zijn de helpers | zijn ze klaar | zijn ze al klaar | zijn de
    helpers klaar | wat doen ze | wat doen de helpers | hoe gaat het met de helpers
"""
