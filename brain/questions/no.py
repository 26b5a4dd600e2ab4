# ruff: noqa: RUF001 - phrases of other languages hold letters that look like others
"""How people say no. A wrong one costs less than a wrong yes, so this is the wider list."""

from brain.texts.phrases import Phrasebook

NO: Phrasebook = {
    "en": (
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
    ),
    "de": (
        """
        nein | nee | nö | nein danke | nicht | bitte nicht | lieber nicht | besser nicht |
        auf keinen Fall | keinesfalls | niemals | abbrechen | brich ab | brich das ab |
        lass es | lass das | lass mal | lass sein | stopp | stop | halt | nicht senden |
        nicht abschicken | schick es nicht | schick es nicht ab | schick sie nicht ab |
        schick ihn nicht ab | mach das nicht | mach es nicht | tu das nicht | tu es nicht |
        vergiss es | natürlich nicht | ablehnen | abgelehnt | das will ich nicht
        """,
        "bitte | danke | doch | dann | jetzt | so | mal | ach | äh | ähm",
    ),
    "fr": (
        """
        non | non merci | nan | ne le fais pas | ne le faites pas | ne fais pas ça |
        ne l'envoie pas | n'envoie pas | ne l'envoyez pas | n'envoyez pas | annule | annule ça |
        annulez | annuler | laisse tomber | laissez tomber | laisse | surtout pas |
        pas question | arrête | arrêtez | stop | oublie | oublie ça | pas du tout | jamais |
        bien sûr que non | absolument pas | il vaut mieux pas | je refuse | refuser
        """,
        "s'il te plaît | s'il vous plaît | merci | alors | euh | bon",
    ),
    "es": (
        """
        no | no gracias | no lo hagas | no lo haga | no hagas eso | no lo envíes | no lo envíe |
        no la envíes | no envíes | no lo mandes | no la mandes | no mandes | cancela |
        cancélalo | cancela eso | cancelar | cancele | déjalo | déjalo estar | mejor no | para |
        detente | olvídalo | ni hablar | de ninguna manera | claro que no |
        por supuesto que no | rechazar | lo rechazo | en absoluto | nunca
        """,
        "por favor | gracias | pues | bueno | eh | entonces",
    ),
    "it": (
        """
        no | no grazie | non farlo | non lo fare | non inviarlo | non inviarla | non inviare |
        non mandarlo | non mandarla | non mandare | annulla | annullalo | annullare |
        lascia stare | lascia perdere | meglio di no | ferma | fermati | fermo | stop |
        assolutamente no | certo che no | per niente | mai | rifiuto | rifiuta | non voglio |
        dimenticalo
        """,
        "per favore | grazie | allora | ehm | ma | per piacere",
    ),
    "pt": (
        """
        não | não obrigado | não obrigada | não faças | não faça | não faças isso |
        não faça isso | não envies | não envie | não mandes | não mande | cancela | cancele |
        cancelar | cancela isso | cancele isso | deixa | deixa estar | deixa para lá |
        deixa pra lá | melhor não | para | pare | esquece | esqueça | de jeito nenhum |
        de maneira nenhuma | claro que não | nunca | rejeitar | rejeito
        """,
        "por favor | obrigado | obrigada | então | bem",
    ),
    "nl": (
        """
        nee | neen | nee dank je | nee bedankt | niet doen | doe het niet | doe maar niet |
        niet versturen | verstuur het niet | stuur het niet | niet verzenden | annuleer |
        annuleren | annuleer het | laat maar | laat zitten | stop | liever niet | beter niet |
        vergeet het | vergeet maar | zeker niet | absoluut niet | natuurlijk niet |
        geen sprake van | afwijzen | nooit
        """,
        "alsjeblieft | alstublieft | hoor | dank je | dank je wel | bedankt | eh | dan | toch",
    ),
    "sv": (
        """
        nej | nä | nix | nej tack | gör det inte | gör inte det | skicka inte |
        skicka det inte | skicka den inte | skicka inte det | skicka inte den | avbryt |
        avbryt det | låt bli | låt det vara | strunt i det | strunta i det | stopp | stanna |
        helst inte | hellre inte | absolut inte | självklart inte | glöm det | avvisa | aldrig
        """,
        "tack | snälla | då | nu",
    ),
    "pl": (
        """
        nie | nie dziękuję | nie dzięki | nie rób tego | nie wysyłaj | nie wysyłaj tego |
        nie wysyłaj go | anuluj | anuluj to | zostaw | zostaw to | lepiej nie | stop |
        przestań | absolutnie nie | oczywiście że nie | zapomnij o tym | w żadnym razie |
        odrzuć | nigdy
        """,
        "proszę | dziękuję | dzięki | to | no",
    ),
    "tr": (
        """
        hayır | yok | olmaz | gönderme | onu gönderme | bunu gönderme | göndermeyin | yapma |
        bunu yapma | iptal | iptal et | iptal edin | vazgeç | vazgeçtim | istemiyorum | dur |
        dursun | boşver | boş ver | sakın | kesinlikle hayır | kesinlikle olmaz | asla |
        reddet | reddediyorum | hayır istemiyorum
        """,
        "lütfen | teşekkürler | teşekkür ederim | sağ ol | şimdi",
    ),
    "ja": (
        """
        いいえ | いや | いやです | ううん | やめて | やめてください | やめておいて |
        やめておきます | 送らないで | 送らないでください | だめ | ダメ | だめです | ダメです |
        キャンセル | キャンセルして | キャンセルしてください | しないで | しないでください |
        中止 | 中止して | 中止してください | ストップ | いいえ結構です | 却下 | 取り消して |
        取り消してください
        """,
        "よ | ね | 今 | すぐ | それ | は",
    ),
    "zh": (
        """
        不 | 不是 | 不要 | 不用 | 不用了 | 不行 | 不可以 | 不好 | 不了 | 别 | 别发 | 别发了 |
        别发送 | 不要发 | 不要发送 | 不发 | 不发了 | 取消 | 取消吧 | 算了 | 算了吧 | 停 | 停止 |
        别做 | 不做了 | 别了 | 拒绝 | 別 | 別發 | 別發了 | 別發送 | 不要發 | 不要發送 | 不發 |
        拒絕
        """,
        "请 | 谢谢 | 請 | 謝謝 | 吧 | 啊",
    ),
}
