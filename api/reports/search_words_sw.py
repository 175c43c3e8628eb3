"""The words of the report of a search, in Swahili."""

SEARCH_SW: dict[str, str] = {
    "language": "Kiswahili",
    "title": "Utafutaji wa modeli yenye ubaguzi mdogo zaidi",
    "searched_on": "ulifanywa tarehe",
    "by": "kwa",
    "seed": "mbegu ya bahati",
    "FOUND": "Imepatikana",
    "NOT_FOUND": "Haikupatikana",
    "REFUTED": "Imekanushwa",
    "FOUND_means": "Imepatikana modeli inayopanga na kukopesha vizuri kama ya leo ndani ya viasi "
    "vilivyowekwa mapema, na inayotendea kundi lililotajwa kwa usawa zaidi kuliko bahati, kwa "
    "waombaji ambao hakuna aliyekuwa amewaangalia.",
    "NOT_FOUND_means": "Ndani ya bajeti hii, hakuna modeli iliyojaribiwa iliyokuwa nzuri kama ya "
    "leo na yenye usawa zaidi kuliko bahati kwenye sehemu ya uhakiki. Hakuna kilichopimwa kwa data "
    "za baadaye. Hii haisemi chochote kuhusu modeli ambazo hazikujaribiwa.",
    "REFUTED_means": "Angalau modeli moja iliyojaribiwa ilionekana nzuri sawa na yenye usawa zaidi "
    "kwenye sehemu ya uhakiki, lakini data za baadaye hazikuithibitisha. Hakuna kinachodaiwa; "
    "modeli ya leo inabaki.",
    "tried": "modeli zilizojaribiwa",
    "loans_seen": "mikopo ambayo zilishindania",
    "later_people": "waombaji wa baadaye kwa jaribio moja",
    "named": "kundi lililotajwa",
    "against": "dhidi ya",
    "ended_time": "Muda uliotolewa uliisha kabla ya modeli zote kujaribiwa.",
    "ended_interrupted": "Utafutaji ulikatizwa kabla ya modeli zote kujaribiwa.",
    "answer": "Data za baadaye zinasema nini",
    "answer_lead": "Kila modeli ya fainali ni kamili, na inalinganishwa na ya leo kwa waombaji "
    "walewale. Lazima itimize kila sharti.",
    "behind": "Kwa modeli ya leo kundi lililotajwa ({group}) hukubaliwa mara chache kuliko kundi "
    "lake la kulinganisha ({reference}): uwiano wa athari {air}.",
    "ahead": "Kwa modeli ya leo kundi lililotajwa ({group}) hukubaliwa mara nyingi kuliko kundi "
    "lake la kulinganisha ({reference}), hivyo kundi hilo la pili liko nyuma: uwiano wa athari "
    "{air}.",
    "no_finalists": "Hakuna modeli iliyofika fainali, hivyo data za baadaye hazikuangaliwa.",
    "finalist": "modeli ya fainali",
    "today": "modeli ya leo",
    "what": "kinachobadilika",
    "auc_change": "mabadiliko ya upangaji (AUC)",
    "auc_limit": "imethibitishwa kuwa juu ya",
    "loss_ratio": "kiwango cha mikopo mibaya kati ya iliyokubaliwa, uwiano",
    "approved_share": "waliokubaliwa",
    "air_pair": "uwiano wa athari, leo \u2192 fainali",
    "p": "p, iliyosahihishwa",
    "conditions": "Masharti",
    "fairer": "usawa zaidi kuliko bahati",
    "others": "hakuna kundi lililodhurika",
    "auc": "upangaji umebaki",
    "loss": "hasara zimebaki",
    "approvals": "wengi sawa wamekubaliwa",
    "met": "limetimizwa",
    "failed": "halikutimizwa",
    "picture": "Upangaji dhidi ya usawa",
    "picture_lead": "Kushoto: modeli zote zilizojaribiwa kwenye sehemu ya uhakiki. Juu zaidi ni "
    "usawa zaidi (kiwango cha chini cha kukubaliwa kwa kile cha juu, kwa kundi lililo nyuma "
    "zaidi), kulia zaidi hupanga vizuri zaidi. Katika eneo la kijani modeli inabakiza upangaji na "
    "ina usawa zaidi kuliko mapishi ya leo, ambayo ni almasi; mstari unaunganisha chaguo bora. "
    "Kulia: modeli za fainali kwa data za baadaye kama mabadiliko kutoka modeli ya leo, kwa wigo "
    "wa 95 %. Badiliko huhesabiwa tu pau zake zikiwa ndani ya eneo la kijani.",
    "on_validation": "Zilizojaribiwa, sehemu ya uhakiki",
    "on_later": "Za fainali, data za baadaye",
    "x_auc": "AUC",
    "x_change": "mabadiliko ya AUC",
    "y_worst": "uwiano wa kundi lililo nyuma zaidi",
    "y_gain": "karibu zaidi na usawa, %",
    "outside": "modeli ziko kushoto au chini zaidi na zimechorwa ukingoni",
    "groups": "Kila kundi kwa data za baadaye",
    "groups_lead": "Uwiano wa athari kwa sera inayotumika; wigo ni kweli kwa makundi na modeli "
    "zote pamoja. 1 ni usawa kamili.",
    "proxies": "Vigezo vinavyobeba pengo",
    "proxies_lead": "Kwa mapishi ya leo vigezo hivi huongeza zaidi pengo kati ya kundi lililotajwa "
    "na kundi lake la kulinganisha, kikubwa zaidi kwanza. Viliachwa na kurahisishwa kabla ya "
    "kujaribu kitu kingine.",
    "no_proxies": "Sehemu ya pengo ya kigezo chochote haikuweza kujulikana kwenye sehemu ya "
    "uhakiki.",
    "candidates": "Kila modeli iliyojaribiwa",
    "candidates_lead": "Yote yaliyojaribiwa, kwa mpangilio, kwenye sehemu ya uhakiki. Namba 0 ni "
    "mapishi ya leo, yaliyofundishwa kama mengine, kwa sababu modeli ya leo imeshaiona mikopo "
    "hii.",
    "number": "na.",
    "kind": "njia",
    "incumbent": "mapishi ya leo",
    "proxy": "kigezo mbadala",
    "tuned": "mipangilio",
    "penalised": "adhabu",
    "reduced": "upunguzaji",
    "without": "bila",
    "coarse": "kurahisishwa",
    "penalty_of": "adhabu",
    "reduction_of": "upunguzaji, kiasi kinachoruhusiwa",
    "settings": "majani / safu kwa jani / mizunguko",
    "log_loss": "log-hasara",
    "loss_rate": "kiwango cha mikopo mibaya",
    "agreement": "uthabiti",
    "worst": "uwiano wa nyuma zaidi",
    "front": "mstari wa mbele",
    "within": "ndani ya viasi",
    "yes": "ndiyo",
    "group": "kundi",
    "reference": "kundi la kulinganisha",
    "air": "uwiano wa athari",
    "method": "Njia",
    "method_text": "Mgawanyo wa data wa modeli yenyewe unabaki. Modeli zinazojaribiwa hujifunza "
    "kwa sehemu ya kwanza na kushindana kwenye sehemu ya uhakiki, kila moja ikifundishwa mara "
    "mbili kwa bahati tofauti; uthabiti ni sehemu ya waombaji ambao mara zote mbili wanaamuliwa "
    "sawa. Kwanza vigezo vinavyobeba sehemu kubwa ya pengo huachwa na kurahisishwa; kisha Optuna "
    "hupendekeza mipangilio, vyanzo, vigezo na adhabu kwa alama zinazofuata kundi linalolindwa "
    "(log-hasara + nguvu \u00b7 covariance\u00b2); upunguzaji wa fairlearn pale tu ulipoombwa, na "
    "daima kama modeli moja isiyobadilika. Sifa zinazolindwa hutumika wakati wa kufundisha na "
    "kamwe si kutoa alama. Kati ya modeli za mstari wa mbele, zilizo ndani ya viasi na zenye faida "
    "ya zaidi ya kosa sanifu moja, iliyo ya uhakika zaidi ya kila njia hufika fainali: nne kwa "
    "wingi. Za fainali hufundishwa kwa mikopo yote ya mafunzo, hurekebishwa uwezekano, hupewa "
    "vikomo vya sera, na huangaliwa mara moja kwenye kipindi cha majaribio.",
    "margins": "Viasi vinavyoruhusiwa, vilivyowekwa mapema",
    "margin_auc": "AUC inaweza kuwa chini kwa {auc} tu, na hilo lazima lithibitishwe: mpaka wa "
    "upande mmoja wa 95 % wa tofauti ya wawili (DeLong) lazima uwe juu yake.",
    "margin_loss": "Kiwango cha mikopo mibaya kati ya iliyokubaliwa kinaweza kuwa juu kwa {loss} "
    "tu, kwa thamani yake; wigo wake ni mpana mno kwa idadi yoyote halisi ya mikopo kuthibitishwa.",
    "margin_approvals": "Wanaokubaliwa ni wengi sawa na wa modeli ya leo, kwa sababu kukubali "
    "zaidi hubadilisha uwiano na hasara chenyewe; pale alama nyingi zinapolingana, sehemu inaweza "
    "kutofautiana kwa pointi {approvals} tu.",
    "margin_air": "Kundi lililotajwa lazima liwe karibu zaidi na usawa kwa p isiyozidi {error}, "
    "kwa waombaji walewale na kwa masahihisho ya fainali (Holm). Hakuna kundi lingine linaloweza "
    "kuthibitishwa kuwa limedhurika, wala uwiano wa nyuma zaidi kushuka.",
    "limits": "Mipaka",
    "limits_text": "Utafutaji unaweza kusema tu kuhusu ulichojaribu. Mikopo iliyotolewa tu ndiyo "
    "yenye matokeo, hivyo upangaji na hasara ni za wakopaji wa zamani. Makundi yenye watu chini ya "
    "100 katika sehemu hayaboreshwi wala kuonyeshwa; hakuna idadi ya kundi inayochapishwa. Modeli "
    "ya leo ilifundishwa kwa mikopo ya uhakiki, na za fainali pia: kipindi cha majaribio tu ndicho "
    "kipya kwa zote.",
    "earlier": "utafutaji wa awali wa modeli hii umeshapima modeli za fainali kwenye kipindi "
    "hikihiki cha majaribio; kila uangalizi zaidi huongeza uwezekano wa matokeo ya bahati.",
    "inputs": "Umekokotolewa kutoka",
    "none": "Hakuna cha kuonyesha.",
}
