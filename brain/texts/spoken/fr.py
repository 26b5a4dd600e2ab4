"""French: the phrases, then the fillers."""

YES = (
    """
    oui | volontiers | avec plaisir | vas-y | allez-y | fais-le | faites-le | envoie |
    envoie-le | envoie-la | envoyez | envoyez-le | envoyez-la | je confirme | confirmé |
    je suis d'accord
    """,
    "s'il te plaît | s'il vous plaît | merci | alors | bon | euh | donc | bien | maintenant",
)

SOFT = """
    ok | okay | ouais | d'accord | entendu | bien sûr | absolument | exactement | exact |
    parfait | certainement | c'est ça | ça marche | ça me va | tu peux | vous pouvez
"""

NO = (
    """
    non | non merci | nan | ne le fais pas | ne le faites pas | ne fais pas ça |
    ne l'envoie pas | n'envoie pas | ne l'envoyez pas | n'envoyez pas | annule | annule ça |
    annulez | annuler | laisse tomber | laissez tomber | laisse | surtout pas |
    pas question | arrête | arrêtez | stop | oublie | oublie ça | pas du tout | jamais |
    bien sûr que non | absolument pas | il vaut mieux pas | je refuse | refuser
    """,
    "s'il te plaît | s'il vous plaît | merci | alors | euh | bon",
)

STATUS = (
    """
    que fais-tu | que faites-vous | qu'est-ce que tu fais | qu'est-ce que vous faites |
    tu fais quoi | vous faites quoi | sur quoi travailles-tu | sur quoi tu travailles |
    tu travailles encore dessus | tu es toujours dessus | tu es encore là |
    tu es toujours là | où en es-tu | où en êtes-vous | tu en es où | vous en êtes où |
    ça avance | statut | quel est le statut | c'est fini | c'est prêt | tu as fini |
    vous avez fini | as-tu fini | avez-vous fini | combien de temps encore |
    c'est encore long | ça va être long
    """,
    """
    et | alors | bon | maintenant | en ce moment | là | encore | déjà | euh | donc |
    s'il te plaît | s'il vous plaît
    """,
)

HELPERS = """
    où en sont-ils | où en sont-elles | ils en sont où | où en sont les assistants | ils ont
    fini | ont-ils fini | est-ce qu'ils ont fini | que font-ils | ils avancent | des nouvelles
    d'eux
"""
