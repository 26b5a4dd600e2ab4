"""Spanish: the phrases, then the fillers."""

YES = (
    """
    sí | si | adelante | hazlo | hágalo | envíalo | envíala | envíelo | envía | mándalo |
    mándala | mándelo | manda | confirmo | confirmado
    """,
    "por favor | gracias | pues | bueno | entonces | ahora | eh | ya | con gusto",
)

SOFT = """
    ok | okay | claro | claro que sí | por supuesto | desde luego | vale | de acuerdo |
    dale | está bien | correcto | exacto | exactamente | perfecto | me parece bien |
    así es | puedes | puede
"""

NO = (
    """
    no | no gracias | no lo hagas | no lo haga | no hagas eso | no lo envíes | no lo envíe |
    no la envíes | no envíes | no lo mandes | no la mandes | no mandes | cancela |
    cancélalo | cancela eso | cancelar | cancele | déjalo | déjalo estar | mejor no | para |
    detente | olvídalo | ni hablar | de ninguna manera | claro que no |
    por supuesto que no | rechazar | lo rechazo | en absoluto | nunca
    """,
    "por favor | gracias | pues | bueno | eh | entonces",
)

STATUS = (
    """
    qué estás haciendo | qué haces | qué está haciendo | en qué estás trabajando |
    en qué andas | sigues trabajando en eso | sigues trabajando en ello |
    sigues trabajando | sigues en eso | sigues ahí | estás ahí | cómo vas | cómo va |
    cómo va eso | por dónde vas | estado | cuál es el estado | terminaste | ya terminaste |
    has terminado | acabaste | está listo | cuánto falta | cuánto tiempo falta |
    falta mucho | cuánto te falta
    """,
    """
    y | oye | ahora | ahora mismo | todavía | aún | ya | por favor | pues | con eso |
    entonces
    """,
)

HELPERS = """
    cómo van ellos | por dónde van | cómo les va | ya terminaron | han terminado | terminaron
    | qué están haciendo | qué hacen los ayudantes | cómo van los ayudantes | cuánto les falta
"""
