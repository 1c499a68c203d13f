"""Texts that are easily broken on their way into an editor and out of it."""

DIFFICULT_TEXTS: dict[str, str] = {
    "plain": "Your code is 482913.",
    "emoji outside the BMP": "Done 🎉🚀 thanks 👍",
    "zwj family and skin tones": "👨‍👩‍👧‍👦 and 👩🏽‍💻 and 🏳️‍🌈",
    "flags and keycaps": "🇩🇪🇧🇷 1️⃣2️⃣ #️⃣",
    "arabic": "مرحبا، رمز التحقق الخاص بك هو ٤٨٢٩١٣",
    "hebrew with latin": "שלום Anna, הקוד שלך: 4829",
    "combining marks": "e\u0301 a\u0308 n\u0303 Z\u0351\u036b\u0343\u036a\u0302\u036b o\u0304\u0301",
    "devanagari and thai": "नमस्ते, आपका कोड · สวัสดี ที่ น้ำ",
    "cjk": "您的验证码是482913。日本語も、한국어도。",
    "several lines": "first line\nsecond line\n\nfourth, after an empty one\nfifth 🎈",
    "rtl lines and emoji": "سطر أول 🙂\nשורה שנייה\nthird",
    "markup characters": "2*3=6 but _not_ really ~~ `code` <b>tag</b> & \"quotes\" 'single'",
    "urls": "See https://example.org/a?b=c&d=%20e#f and mail me@example.org",
    "spaces inside": "two  spaces   three\u00a0nbsp\u2009thin",
    "tabs": "a\tb\t\tc\n\td\t\ne",
    "musical and math beyond the BMP": "𝄞 𝒳 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈",
    "long": "All work and no play 🙂 " * 12 + "end",
    "direction marks": "left \u200fright\u200e left \u2067isolated\u2069 end",
    "slash and colon": ":) :smile: /help @someone #tag",
}
