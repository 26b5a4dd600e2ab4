"""Turkish: the phrases, then the fillers."""

YES = (
    """
    evet | gönder | onu gönder | bunu gönder | gönderin | yap | yap onu | bunu yap |
    devam et | onaylıyorum | onay | kesinlikle evet | gönderebilirsin | yapabilirsin
    """,
    "lütfen | teşekkürler | teşekkür ederim | sağ ol | şimdi | hadi | o zaman",
)

SOFT = """
    ok | okay | okey | tamam | tamamdır | olur | tabii | tabii ki | tabi | tabi ki |
    elbette | peki | aynen | aynen öyle | kesinlikle | doğru | devam
"""

NO = (
    """
    hayır | yok | olmaz | gönderme | onu gönderme | bunu gönderme | göndermeyin | yapma |
    bunu yapma | iptal | iptal et | iptal edin | vazgeç | vazgeçtim | istemiyorum | dur |
    dursun | boşver | boş ver | sakın | kesinlikle hayır | kesinlikle olmaz | asla |
    reddet | reddediyorum | hayır istemiyorum
    """,
    "lütfen | teşekkürler | teşekkür ederim | sağ ol | şimdi",
)

STATUS = (
    """
    ne yapıyorsun | ne yapıyorsunuz | ne üzerinde çalışıyorsun | çalışıyor musun |
    bunun üzerinde çalışıyor musun | ne durumdasın | durum | durum ne | durum nedir |
    nasıl gidiyor | ne kadar ilerledin | bitti mi | bitirdin mi | hazır mı | orada mısın |
    ne kadar kaldı | ne kadar sürer | ne kadar sürecek | çok var mı
    """,
    "peki | şimdi | şu an | şu anda | hala | daha | lütfen | hey | ya | e | artık",
)

HELPERS = """
    ne durumdalar | nasıl gidiyorlar | bitirdiler mi | bitti mi onlar | ne yapıyorlar | ne
    kadar ilerlediler | yardımcılar ne durumda | yardımcılar bitirdi mi
"""
