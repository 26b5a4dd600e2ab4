# ruff: noqa: RUF001 - phrases of other languages hold letters that look like others
"""How people ask what the brain is doing."""

from brain.texts.phrases import Phrasebook

ENQUIRIES: Phrasebook = {
    "en": (
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
    ),
    "de": (
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
    ),
    "fr": (
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
    ),
    "es": (
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
    ),
    "it": (
        """
        cosa stai facendo | che stai facendo | che cosa stai facendo | che fai | cosa fai |
        a cosa stai lavorando | ci stai lavorando | ci stai ancora lavorando | ci sei |
        ci sei ancora | a che punto sei | a che punto siamo | come procede | come va | stato |
        qual è lo stato | hai finito | hai già finito | è pronto | quanto manca | manca molto |
        quanto ci vuole | quanto tempo ci vuole
        """,
        "e | ehi | adesso | ora | ancora | già | per favore | allora | in questo momento",
    ),
    "pt": (
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
    ),
    "nl": (
        """
        wat doe je | wat ben je aan het doen | waar ben je mee bezig | waar werk je aan |
        ben je er nog mee bezig | ben je nog bezig | ben je bezig | ben je er nog |
        hoe ver ben je | hoe ver ben je ermee | hoe gaat het ermee | hoe staat het ermee |
        status | wat is de status | ben je klaar | is het klaar | hoe lang nog |
        hoe lang duurt het nog | duurt het nog lang
        """,
        "en | hé | hey | nu | nog | al | dan | even | eigenlijk | alsjeblieft | op dit moment",
    ),
    "sv": (
        """
        vad gör du | vad håller du på med | vad jobbar du med | vad arbetar du med |
        håller du fortfarande på | håller du på | jobbar du fortfarande på det | är du kvar |
        hur långt har du kommit | hur går det | status | vad är statusen | hur är läget |
        är du klar | är du färdig | är det klart | hur länge till | hur lång tid tar det |
        är det långt kvar
        """,
        "och | hej | nu | just nu | då | fortfarande | än | ännu | snälla | tack | med det",
    ),
    "pl": (
        """
        co robisz | co ty robisz | nad czym pracujesz | nadal nad tym pracujesz |
        pracujesz nad tym | jak daleko jesteś | jak idzie | jak ci idzie | jak postępy |
        status | jaki jest status | jaki jest stan | skończyłeś | skończyłaś | gotowe |
        jesteś tam | ile jeszcze | ile to jeszcze potrwa | długo jeszcze | jak długo jeszcze
        """,
        """
        a | i | hej | teraz | jeszcze | już | proszę | czy | no | właśnie | w tej chwili | nadal
        """,
    ),
    "tr": (
        """
        ne yapıyorsun | ne yapıyorsunuz | ne üzerinde çalışıyorsun | çalışıyor musun |
        bunun üzerinde çalışıyor musun | ne durumdasın | durum | durum ne | durum nedir |
        nasıl gidiyor | ne kadar ilerledin | bitti mi | bitirdin mi | hazır mı | orada mısın |
        ne kadar kaldı | ne kadar sürer | ne kadar sürecek | çok var mı
        """,
        "peki | şimdi | şu an | şu anda | hala | daha | lütfen | hey | ya | e | artık",
    ),
    "ja": (
        """
        何してるの | 何してる | 何をしてるの | 何をしているの | 何していますか |
        何をしていますか | まだやってる | まだやってるの | まだやっていますか | まだいる |
        どこまで進んだ | どこまで進みましたか | どこまでできた | どこまでできましたか | 進捗は |
        進捗はどう | 進捗はどうですか | 状況は | 状況はどう | 状況はどうですか | 状況を教えて |
        状況を教えてください | 終わった | 終わりましたか | できた | できましたか | まだ |
        まだですか | あとどのくらい | あとどれくらい | あとどのくらいかかる |
        あとどれくらいかかりますか
        """,
        "ねえ | 今 | いま | もう | それで | で | ところで | ちょっと | か",
    ),
    "zh": (
        """
        你在干什么 | 你在干嘛 | 在干嘛 | 你在做什么 | 在做什么 | 你在忙什么 | 还在弄吗 |
        还在做吗 | 你还在处理吗 | 还在处理吗 | 你还在吗 | 进展如何 | 进展怎么样 | 进度如何 |
        进度怎么样 | 到哪一步了 | 做到哪了 | 弄到哪了 | 做完了吗 | 弄好了吗 | 完成了吗 |
        好了吗 | 好了没 | 还要多久 | 还需要多久 | 多久能好 | 状态 | 你在幹嘛 | 你在做什麼 |
        進展如何 | 進度如何 | 做完了嗎 | 完成了嗎 | 好了嗎 | 還要多久
        """,
        "现在 | 現在 | 那 | 嘿 | 请问 | 請問 | 了 | 啊 | 呢 | 到底",
    ),
}
