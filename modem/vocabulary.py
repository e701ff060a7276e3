"""The words of the SMS grammar: Indonesian, Malay of Riau and Minang, in every spelling seen.

Data only. All words are in lower case.
"""

from appliance.domain.sms.received import Wish


def words(*lines: str) -> frozenset[str]:
    """A set of the words in these lines."""
    return frozenset(word for line in lines for word in line.split())


GREETINGS = words(
    "assalamualaikum assalamu alaikum aslm asslm salam selamat slmt slamat pagi siang sore malam",
    "hai halo hallo met mlm p pak bpk bapak bu ibu buk min admin permisi maaf mf",
)
POLITE = words(
    "tolong tlg mohon mhn minta mau ingin sy saya kami ya yah yo dong donk deh nih ni lah kah la",
    "pak bpk bapak bu ibu buk min admin bang kak mas mbak posko kantor camat lurah",
    "terima kasih terimakasih makasih mksh trims tks thx tarimo kasi banyak",
)
"""Words around a command that say nothing more."""
THANKS = words("terima terimakasih makasih mksh trims tks thx tarimo")
TICKET_WORDS = words(
    "tiket ticket tikect nomor nomer nombo nmr nomornya nope no lapor laporan laporannya lapornya",
    "aduan pengaduan yg yang dengan dgn untuk utk tentang tentng ttg adalah itu ini",
)

REPORT_VERBS = words("lapor lapo lpr adu aduan laporkan melapor melaporkan pengaduan")
TOPIC_VERBS = words("usul saran tanya info")
"""These stay in the text: they say what kind of request it is."""
CHECK_VERBS = words("cek chek check ck status stts sts")
HELP_VERBS = words("bantuan help menu")
STOP_VERBS = words("stop berhenti unreg unsub")
NEWS_VERBS = STOP_VERBS | words("mulai start")
WISHES: dict[str, Wish] = {
    spelling: wish
    for wish, spellings in {
        Wish.CONFIRM: "sudah sdh sudh udah udh dah selesai slesai beres alah",
        Wish.DISPUTE: "belum blm blum belom blom belun alun alum",
        Wish.ADD: "tambah tambahan tmbh tambahkan",
        Wish.WITHDRAW: "batal batalkan btl dibatalkan cabut",
        Wish.ERASE: "hapus hapuskan hps hapuih",
        Wish.ACCESS: "data",
        Wish.CORRECT: "ubah koreksi ralat perbaikan",
        Wish.SAFE: "aman amn",
    }.items()
    for spelling in spellings.split()
}

QUESTION_WORDS = words(
    "gimana gmn gmana bagaimana bgmn bgaimana baa kabar kabarnya kaba status statusnya info",
    "perkembangan perkembangannya progres progress sampai sampe mana dimana kapan kpn bila bilo",
    "apa apakah sudah sdh udah udh belum blm blum selesai slesai beres diproses proses ditangani",
    "dikerjakan diperbaiki cek tanya lihat tengok caliak tau tahu hasil hasilnya lanjut",
    "lanjutannya tindak kelanjutan kelanjutannya",
)
"""A ticket and nothing but these asks where it stands."""
REMARKS: dict[Wish, frozenset[str]] = {
    Wish.CONFIRM: words(
        "selesai slesai beres baik bagus diperbaiki dikerjakan ditangani diangkut dibersihkan",
        "nyala menyala hidup semua sekali sudah sdh udah dah oke ok betul benar siap mantap",
    ),
    Wish.DISPUTE: words(
        "selesai slesai beres juga jg lagi lg masih msh sampai skrg sekarang kini ada"
    ),
    Wish.ADD: frozenset(),
    Wish.WITHDRAW: words("saja aja aj jadi tidak tdk gak ga nggak"),
    Wish.ERASE: words("data dataku datasaya pribadi semua seluruh nama nope hp"),
    Wish.ACCESS: words("pribadi dataku lihat semua"),
    Wish.CORRECT: words("data pribadi nama hp"),
    Wish.SAFE: words(
        "jam jm pukul pkl besok bsk nanti nti sekarang skrg hari pagi siang sore malam mlm subuh",
        "setelah sesudah stlh sebelum sblm sampai sampe s/d atas bawah antara dan atau senin",
        "selasa rabu kamis jumat sabtu minggu telepon telpon telp tlp tlpn hubungi",
        "dihubungi ditelepon bisa boleh buliah kalau klo kl suami dirumah rumah kerja pergi tidak",
        "tdk ada wib lewat wa sms",
    ),
}
"""What a wish may be followed by where no ticket tells that it is one: with any other word it is
somebody's sentence."""
NEWS_REMARKS = words("sms kabar kirim mengirim jangan lagi lg semua pesan langganan berlangganan")

SPEAKERS = words("saya sy sya aku ak ambo awak den denai aden ane gw gue gua ku")
"""Who writes of himself is no machine, but for one that says he is busy."""
PLEAS = words(
    "pak pk bpk bapak bu ibu buk min tolong tlg tolonglah lapor laporan warga masyarakat kami kita",
    "belum blm blom alun kenapa knp mengapa padahal pdhl kok koq penipu penipuan ditipu tertipu",
)
CUSTOMERS = words("anda pelanggan plgn nasabah klik click www http https your you")
"""With these a text speaks to somebody it sells to."""

AGAIN = words("lagi lg kembali balik baliak kambali")
WRONG = AGAIN | words(
    "belum blm blum blom belun alun masih msh tetap ttp tapi tp malah rusak mati padam bocor kok",
    "kenapa knp",
)
CONTENT = THANKS | words(
    "sudah sdh udh udah alah selesai beres nyala menyala terang bagus mantap baik hidup lancar",
    "bersih",
)
"""Words about a ticket with one of these and nothing WRONG do not complain."""
