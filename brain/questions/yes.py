# ruff: noqa: RUF001 - phrases of other languages hold letters that look like others
"""How people say yes. What can also mean no, or nothing, is left out."""

from brain.texts.phrases import Phrasebook

YES: Phrasebook = {
    "en": (
        """
        ok | okay | yes | yep | yeah | yup | yes I do | yes you may | sure | of course |
        absolutely | definitely | certainly | go ahead | go for it | do it | do that | do so |
        please do | send it | send that | send them | send | yes I am sure | I'm sure |
        sounds good | looks good | that's right | that's correct | correct | that's fine |
        all right | alright | I agree | I approve | approve | approve it | approved | confirm |
        confirmed | I confirm | perfect | with pleasure | make it so | you may | you can |
        sure thing | yes it is
        """,
        """
        please | then | now | just | thanks | thank you | well | um | uh | oh | right away |
        for me | it is
        """,
    ),
    "de": (
        """
        ok | okay | ja | jo | jep | jawohl | jaja | klar | na klar | natürlich |
        selbstverständlich | sicher | gern | gerne | genau | richtig | stimmt | passt |
        in Ordnung | einverstanden | auf jeden Fall | unbedingt | mach | mach das | mach es |
        mach's | tu es | tu das | nur zu | los | schick es ab | schick sie ab | schick ihn ab |
        schick ab | schick es | schick sie | schick ihn | sende es | sende sie | senden |
        abschicken | schick los | sende ab | ich bestätige | bestätigt | bestätigen |
        das ist richtig | so machen wir es
        """,
        """
        bitte | danke | dann | jetzt | so | mal | doch | also | äh | ähm | sehr | ruhig |
        einfach | schön
        """,
    ),
    "fr": (
        """
        ok | okay | oui | ouais | d'accord | entendu | volontiers | avec plaisir | bien sûr |
        absolument | exactement | exact | parfait | certainement | vas-y | allez-y | fais-le |
        faites-le | envoie | envoie-le | envoie-la | envoyez | envoyez-le | envoyez-la |
        c'est ça | ça marche | ça me va | je confirme | confirmé | je suis d'accord | tu peux |
        vous pouvez
        """,
        "s'il te plaît | s'il vous plaît | merci | alors | bon | euh | donc | bien | maintenant",
    ),
    "es": (
        """
        ok | okay | sí | si | claro | claro que sí | por supuesto | desde luego | vale |
        de acuerdo | adelante | hazlo | hágalo | envíalo | envíala | envíelo | envía | mándalo |
        mándala | mándelo | manda | dale | está bien | correcto | exacto | exactamente |
        perfecto | confirmo | confirmado | me parece bien | así es | puedes | puede
        """,
        "por favor | gracias | pues | bueno | entonces | ahora | eh | ya | con gusto",
    ),
    "it": (
        """
        ok | okay | sì | si | certo | certamente | certo che sì | va bene | va benissimo |
        d'accordo | procedi | proceda | invia | invialo | inviala | lo invii | manda | mandalo |
        mandala | fallo | fallo pure | fai pure | faccia pure | vai | vai pure | esatto |
        esattamente | giusto | perfetto | volentieri | confermo | confermato |
        assolutamente sì | puoi | sicuro
        """,
        "per favore | grazie | allora | ora | adesso | bene | ehm | pure | per piacere",
    ),
    "pt": (
        """
        ok | okay | sim | claro | claro que sim | com certeza | certo | está bem | tá bem |
        tá bom | está bom | de acordo | avança | avance | vá em frente | pode | pode enviar |
        pode mandar | podes | podes enviar | podes mandar | envia | envie | envia-o | manda |
        mande | faz isso | faça isso | faça | isso mesmo | exato | exatamente | perfeito |
        confirmo | confirmado | combinado
        """,
        "por favor | obrigado | obrigada | então | agora | se faz favor | bem | bom",
    ),
    "nl": (
        """
        ok | okay | oke | ja | jazeker | jawel | zeker | zeker weten | natuurlijk | graag |
        heel graag | doe maar | doe het | doe het maar | ga je gang | verstuur | verstuur het |
        verstuur hem | verstuur maar | stuur maar | stuur het | stuur hem | stuur het maar |
        verzend | verzend het | verzenden | prima | akkoord | klopt | dat klopt | in orde |
        is goed | dat is goed | ik bevestig | bevestigd | precies
        """,
        """
        alsjeblieft | alstublieft | hoor | dank je | dank je wel | bedankt | nu | dan | eh |
        gewoon
        """,
    ),
    "sv": (
        """
        ok | okay | okej | ja | japp | jo | jajamän | javisst | visst | absolut | självklart |
        naturligtvis | gärna | gör det | gör så | kör | kör på | kör till | skicka |
        skicka det | skicka den | skicka iväg det | skicka iväg den | det går bra |
        det stämmer | stämmer | precis | bekräftat | jag bekräftar
        """,
        "tack | snälla | då | nu | är du snäll | gärna | bara",
    ),
    "pl": (
        """
        ok | okay | okej | tak | no tak | jasne | oczywiście | pewnie | dobrze | dobra | zgoda |
        zgadzam się | zgadza się | wyślij | wyślij to | wyślij go | wyślij ją | zrób to |
        zrób tak | śmiało | potwierdzam | potwierdzone | w porządku | jak najbardziej |
        dokładnie | możesz
        """,
        "proszę | poproszę | dziękuję | dzięki | teraz | to | więc | bardzo",
    ),
    "tr": (
        """
        ok | okay | okey | evet | tamam | tamamdır | olur | tabii | tabii ki | tabi | tabi ki |
        elbette | gönder | onu gönder | bunu gönder | gönderin | yap | yap onu | bunu yap |
        devam et | devam | onaylıyorum | onay | peki | aynen | aynen öyle | kesinlikle |
        kesinlikle evet | doğru | gönderebilirsin | yapabilirsin
        """,
        "lütfen | teşekkürler | teşekkür ederim | sağ ol | şimdi | hadi | o zaman",
    ),
    "ja": (
        """
        ok | okay | オッケー | オーケー | はい | うん | ええ | お願いします | おねがいします |
        お願い | いいよ | いいですよ | 送って | 送ってください | 送ってね | 送信して |
        送信してください | やって | やってください | どうぞ | そうして | そうしてください |
        もちろん | もちろんです | それでいい | それでいいです | 承認 | 承認します |
        それでお願いします
        """,
        "ぜひ | じゃあ | では | よ | ね | 今 | すぐ",
    ),
    "zh": (
        """
        ok | okay | 是 | 是的 | 是啊 | 对 | 对的 | 好 | 好的 | 好啊 | 好吧 | 可以 | 可以的 |
        行 | 没问题 | 当然 | 当然可以 | 发吧 | 发送 | 发送吧 | 发出去 | 发出去吧 | 去吧 | 做吧 |
        就这样 | 就这么办 | 确认 | 同意 | 嗯 | 對 | 對的 | 沒問題 | 當然 | 當然可以 | 發吧 |
        發送 | 發送吧 | 發出去 | 確認 | 就這樣 | 就這麼辦
        """,
        "请 | 谢谢 | 麻烦你 | 請 | 謝謝 | 麻煩你 | 现在 | 現在 | 吧 | 啊",
    ),
}
