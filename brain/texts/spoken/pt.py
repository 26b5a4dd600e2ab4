"""Portuguese: the phrases, then the fillers."""

YES = (
    """
    sim | avança | avance | vá em frente | pode enviar | pode mandar | podes enviar |
    podes mandar | envia | envie | envia-o | manda | mande | faz isso | faça isso | faça |
    confirmo | confirmado
    """,
    "por favor | obrigado | obrigada | então | agora | se faz favor | bem | bom",
)

SOFT = """
    ok | okay | claro | claro que sim | com certeza | certo | está bem | tá bem | tá bom |
    está bom | de acordo | pode | podes | isso mesmo | exato | exatamente | perfeito |
    combinado
"""

NO = (
    """
    não | não obrigado | não obrigada | não faças | não faça | não faças isso |
    não faça isso | não envies | não envie | não mandes | não mande | cancela | cancele |
    cancelar | cancela isso | cancele isso | deixa | deixa estar | deixa para lá |
    deixa pra lá | melhor não | para | pare | esquece | esqueça | de jeito nenhum |
    de maneira nenhuma | claro que não | nunca | rejeitar | rejeito
    """,
    "por favor | obrigado | obrigada | então | bem",
)

STATUS = (
    """
    o que estás a fazer | o que você está fazendo | o que está fazendo |
    o que você tá fazendo | que fazes | que estás a fazer | em que estás a trabalhar |
    no que você está trabalhando | ainda estás a trabalhar nisso |
    ainda está trabalhando nisso | ainda estás aí | ainda está aí | como vai |
    como está indo | em que ponto estás | até onde chegaste | status | estado |
    qual é o estado | qual é o status | qual o status | acabaste | já acabaste | já acabou |
    já terminou | terminaste | você terminou | está pronto | quanto falta | falta muito |
    quanto tempo falta
    """,
    "e | ei | agora | ainda | já | por favor | então | neste momento | aí",
)

HELPERS = """
    em que ponto estão | como estão indo | como eles estão indo | já acabaram | já terminaram
    | eles já terminaram | o que estão fazendo | o que eles estão fazendo | o que estão a
    fazer | até onde chegaram | quanto falta para eles
"""
