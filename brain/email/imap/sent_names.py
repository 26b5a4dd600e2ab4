"""Names of the folder of sent email, as mail programs and providers create it in many languages.

From the translations of Outlook, Exchange, Gmail, Yahoo, GMX, Zoho, Yandex, NetEase, Thunderbird
and Apple Mail. They serve servers that do not mark the folder (RFC 6154).
"""

import unicodedata

_NAMES = (
    # English, German, Dutch, Afrikaans
    "Sent", "Sent Items", "Sent Mail", "Sent Messages", "Sent-mail", "Sent Objects", "Gesendet",
    "Gesendete Objekte", "Gesendete Elemente", "Gesendete Nachrichten", "Gesendete E-Mails",
    "Verzonden", "Verzonden items", "Verzonden berichten", "Verzonden e-mail", "Gestuurde items",
    # French, Spanish, Catalan, Portuguese, Italian, Romanian, Galician
    "Envoyés", "Messages envoyés", "Éléments envoyés", "Objets envoyés", "Courrier envoyé",
    "Envoyé", "Enviados", "Elementos enviados", "Mensajes enviados", "Correo enviado",
    "Correos enviados", "Enviat", "Enviats", "Elements enviats", "Missatges enviats",
    "Itens enviados", "Mensagens enviadas", "E-mails enviados", "Correio enviado", "Enviadas",
    "Inviata", "Inviati", "Posta inviata", "Elementi inviati", "Messaggi inviati", "Trimise",
    "Elemente trimise", "Mesaje trimise", "Elementos enviados",
    # Danish, Norwegian, Swedish, Finnish, Icelandic, Estonian, Latvian, Lithuanian
    "Sendt", "Sendt post", "Sendte elementer", "Sendte meddelelser", "Sendte e-mails",
    "Sende element", "Skickat", "Skickade", "Skickade objekt", "Skickade meddelanden",
    "Skickad e-post", "Lähetetyt", "Lähetetyt viestit", "Lähetetyt kohteet", "Lähetetty",
    "Sent póstur", "Saadetud", "Saadetud üksused", "Saadetud kirjad", "Nosūtītie",
    "Nosūtītie vienumi", "Nosūtītās vēstules", "Išsiųsta", "Išsiųsti", "Išsiųsti elementai",
    "Išsiųsti laiškai",
    # Polish, Czech, Slovak, Hungarian, Slovenian, Croatian, Serbian
    "Wysłane", "Elementy wysłane", "Wysłane wiadomości", "Wiadomości wysłane", "Poczta wysłana",
    "Odeslané", "Odeslaná pošta", "Odeslané zprávy", "Odeslané položky", "Odoslané",
    "Odoslaná pošta", "Odoslané správy", "Odoslané položky", "Elküldött", "Elküldött elemek",
    "Elküldött levelek", "Elküldött üzenetek", "Poslano", "Poslani elementi", "Poslana pošta",
    "Poslana sporočila", "Poslane poruke", "Poslane stavke", "Послато", "Послате ставке",
    "Послате поруке", "Poslato",
    # Russian, Ukrainian, Belarusian, Bulgarian, Macedonian, Greek
    "Отправленные", "Отправленная почта", "Отправленные письма", "Отправлено", "Надіслані",
    "Надіслане", "Відправлені", "Надіслані елементи", "Надіслані листи", "Адпраўленыя",
    "Дасланыя", "Изпратени", "Изпратени елементи", "Изпратени съобщения", "Пратени",
    "Απεσταλμένα", "Σταλμένα", "Απεσταλμένα στοιχεία", "Απεσταλμένα μηνύματα",
    # Turkish, Azerbaijani, Arabic, Hebrew, Persian, Hindi
    "Gönderilmiş", "Gönderilmiş öğeler", "Gönderilenler", "Gönderilen", "Gönderilmiş postalar",
    "Gönderilmiş mesajlar", "Göndərilmiş", "Göndərilənlər", "المرسلة", "المرسل",
    "العناصر المرسلة", "البريد المرسل", "الرسائل المرسلة", "المرسَلة", "נשלחו", "פריטים שנשלחו",
    "דואר שנשלח", "דואר יוצא שנשלח", "הודעות שנשלחו", "ارسال شده", "ارسال‌شده", "فرستاده",
    "پیام‌های ارسال شده", "भेजे गए", "भेजे गए आइटम", "प्रेषित", "भेजे गए मेल",
    # Chinese, Japanese, Korean, Vietnamese, Thai, Indonesian, Malay
    "已发送", "已发送邮件", "已发邮件", "已傳送", "已传送", "寄件備份", "寄件备份", "已寄出",
    "已寄郵件", "已寄信件", "寄件匣", "已傳送的郵件", "已发送消息", "寄件備份匣", "已送出",
    "送信済み", "送信済みアイテム", "送信済みメール", "送信済みトレイ", "送信済みメッセージ",
    "送信控え", "보낸 편지함", "보낸 메일함", "보낸메일함", "보낸편지함", "보낸 메일",
    "보낸 항목", "Thư đã gửi", "Đã gửi", "Mục đã gửi", "จดหมายที่ส่งแล้ว", "ส่งแล้ว",
    "รายการที่ถูกส่ง", "รายการที่ส่ง", "อีเมลที่ส่งแล้ว", "Terkirim", "Item Terkirim",
    "Pesan Terkirim", "Surat Terkirim", "Dihantar", "Item Dihantar", "Mel Dihantar",
)  # fmt: skip


# Letters whose stroke or missing dot no normalisation takes away.
_NO_MARKS = str.maketrans({"\N{LATIN SMALL LETTER L WITH STROKE}": "l", "\u0131": "i", "đ": "d"})


def _compared(name: str) -> str:
    """Return the letters and digits without case and marks, for comparison."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_NO_MARKS))
    return "".join(letter for letter in plain if letter.isalnum())


_COMPARED = frozenset(map(_compared, _NAMES))


def is_sent_name(name: str) -> bool:
    """Whether a folder with this name (without the folders around it) usually has sent email."""
    return _compared(name) in _COMPARED
