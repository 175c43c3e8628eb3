"""The words of the fairness report in Swahili: its frame, and how its figures were made."""

FRAME_SW: dict[str, str] = {
    "language": "Kiswahili",
    "title": "Ukaguzi wa usawa",
    "under": "Umepimwa kwa kufuata",
    "profile_of": "wasifu wa",
    "audited_on": "ulikaguliwa tarehe",
    "PASS": "Umefaulu",
    "FAIL": "Umeshindwa",
    "INCONCLUSIVE": "Haujaamuliwa",
    "INSUFFICIENT": "Wachache mno",
    "PASS_means": "Hakuna ulinganisho unaohesabiwa ulioshindwa, na kila ulinganisho wa kukubaliwa "
    "ulioweza kupimwa uko ndani ya kiasi kinachoruhusiwa kwa wigo wake wote.",
    "FAIL_means": "Angalau ulinganisho mmoja unaohesabiwa unaonyesha tofauti iliyothibitishwa na "
    "iliyozidi kiasi kinachoruhusiwa. Tazama kwanza visanduku vyekundu.",
    "INCONCLUSIVE_means": "Hakuna kilichoshindwa, lakini data ni chache mno kuonyesha kwamba kila "
    "kundi linatendewa sawa. Idadi ya maombi ambayo ingeamua imetajwa hapa chini.",
    "INSUFFICIENT_means": "Hakuna kundi linalolindwa na wasifu huu lenye watu wa kutosha kupimwa.",
    "applications": "maombi",
    "with_outcome": "yenye matokeo yanayojulikana",
    "approved_share": "yanakubaliwa na sera inayotumika",
    "referred_share": "taarifa ni chache mno: mtu ndiye anayeamua, hivyo hayakubaliwi",
    "capacity_share": "yanakubaliwa kwa alama, yanazuiwa na kanuni ya uwezo wa kulipa",
    "part": "ni akina nani",
    "part_test": "waombaji wa kipindi cha majaribio cha modeli",
    "part_all": "waombaji wote walio kwenye faili",
    "part_decisions": "waombaji walioamuliwa na modeli hii",
    "part_replayed": "waombaji walioamuliwa na modeli nyingine",
    "verdicts": "Hukumu",
    "group": "kundi",
    "reference": "kundi la kulinganisha",
    "policy": "sera",
    "at_policy": "kwa sera inayotumika",
    "at_rate": "kwa kiwango cha kukubali cha {rate}",
    "adverse_impact_ratio": "kukubaliwa",
    "approval_rate_difference": "kwa muda",
    "standardised_mean_difference": "mtawanyiko",
    "outcome_test_difference": "mikopo mibaya kwenye kikomo",
    "explanation_difference": "sababu",
    "flip_test": "jaribio la kugeuza",
    "everyone": "wote",
    "no_duty_here": "desturi njema; hakushindishi ukaguzi",
    "calibration_ratio": "usahihi wa uwezekano",
    "tpr_difference": "walipaji wazuri waliokubaliwa",
    "fpr_difference": "walioshindwa kulipa waliokubaliwa",
    "auc_difference": "upangaji",
    "proxy_auc": "vigezo mbadala",
    "flips": "Jaribio la kugeuza",
    "flips_lead": "Kila mtu alipewa thamani nyingine za sifa zinazolindwa katika faili ghafi, na "
    "kila kitu kilikokotolewa upya. Hakuna alama inayopaswa kubadilika.",
    "column": "safu",
    "change": "mabadiliko",
    "scores_changed": "alama zilizobadilika",
    "shifted": "thamani {step} mbele kati ya {of}",
    "missing": "thamani imeondolewa",
    "scored again from the request alone": "imepewa alama upya kwa ombi pekee",
    "duty": "Wajibu wa kisheria siku hii",
    "no_duty": "Wasifu hautaji jaribio lolote kuwa wajibu wa kisheria siku hii; yote ni desturi "
    "njema.",
    "settle": "Kitakachoamua yaliyo wazi",
    "impact": "Kukubaliwa ukilinganisha na kundi la kulinganisha",
    "impact_lead": "Uwiano wa athari kwa sera inayotumika: kiwango cha kukubaliwa cha kundi "
    "kugawanywa kwa kile cha kundi lake la kulinganisha. Eneo la kijani ni kiasi kinachoruhusiwa, "
    "mstari kwenye 1 ni usawa kamili, pau ni wigo wa 95 %.",
    "curves": "Kwenye vikomo mbalimbali",
    "curves_lead": "Uwiano uleule kwa kila kiwango cha kukubali. Ukanda uliotiwa kivuli ni kweli "
    "kwa mkunjo wote kwa uwezekano wa 95 %; mstari wa vipande ni kiasi kinachoruhusiwa.",
    "calibration": "Je, hatari iliyotabiriwa ina maana ileile kwa wote?",
    "calibration_lead": "Walioshindwa kulipa, kugawanywa kwa idadi ambayo modeli ilitabiri. Juu "
    "ya 1 hatari ya kundi imekadiriwa chini ya ukweli, chini ya 1 imekadiriwa juu yake.",
    "shortfall": "Pengo kwa idadi ya watu",
    "shortfall_lead": "Ni watu wangapi zaidi wa kundi wangekubaliwa kwa kiwango cha kundi la "
    "kulinganisha. Chini ya 0: wangepungua kwa idadi hiyo.",
    "rates_table": "Kukubaliwa kwa kundi na kanuni",
    "rule": "kanuni",
    "people": "watu",
    "approved": "waliokubaliwa",
    "rate": "kiwango",
    "reference_rate": "kiwango cha kundi la kulinganisha",
    "air": "uwiano wa athari",
    "difference": "tofauti",
    "p": "p, iliyosahihishwa",
    "verdict": "hukumu",
    "loans": "mikopo",
    "defaults": "walioshindwa kulipa",
    "ratio": "walioonekana / waliotabiriwa",
    "slope": "mteremko",
    "brier": "Brier",
    "method": "Njia",
    "limits": "Mipaka",
    "inputs": "Umekokotolewa kutoka",
    "seed": "mbegu ya bahati",
    "withheld": "idadi zilizozuiwa",
    "none": "Hakuna cha kuonyesha: hakuna kundi lenye watu wa kutosha.",
    "table_of": "Takwimu zilezile",
}

METHOD_SW: dict[str, str] = {
    "how_verdicts": "Umeshindwa: tofauti imethibitishwa baada ya masahihisho, na makadirio "
    "yamefikia au kuzidi kiasi kinachoruhusiwa. Umefaulu: wigo wote wa 95 % uko ndani yake. "
    "Haujaamuliwa: si hili wala lile; idadi ya maombi ambayo ingeamua ni makadirio kwa viwango "
    "vya leo. Wachache mno: watu ni chini ya idadi ndogo kabisa ya wasifu, kwa jumla au kwa "
    "tokeo moja.",
    "how_impact": "Uwiano na tofauti za viwango vya kukubaliwa vina wigo wa alama "
    "(MOVER-Wilson). Majaribio kamili; masahihisho ya Holm juu ya makundi na kanuni zote za "
    "familia.",
    "how_curves": "Hatua zenye watu chini ya kumi wa mojawapo ya makundi huunganishwa, kuanzia "
    "katikati kwenda nje. Ukanda ni wa pamoja (tofauti kubwa zaidi kwa sampuli 2,000).",
    "how_calibration": "Wigo kamili wa Poisson-binomial; kushindwa lazima kubaki baada ya "
    "masahihisho ya Bonferroni juu ya makundi yote. Angalau kumi walioshindwa kulipa na mikopo "
    "kumi iliyolipwa.",
    "how_scorecard": "Wigo wa kawaida wa wastani; angalau idadi ndogo kabisa ya thamani ya wasifu.",
    "how_trends": "Mfululizo wa uhakika (mchanganyiko wa kawaida): 95 % yake ni kweli kwa miezi "
    "yote pamoja, hivyo unaweza kuangaliwa mara nyingi upendavyo.",
    "how_segments": "Uwiano wa Mantel-Haenszel; jaribio la Cochran-Mantel-Haenszel kwamba ni 1, "
    "na la Breslow-Day kwamba ni uleule kote. Sehemu zenye watu chini ya kumi wa mojawapo ya "
    "makundi huunganishwa. Huripotiwa, hauhukumiwi.",
    "how_crossings": "Bayes ya kimajaribio: modeli ya beta-binomial ya sifa zote mbili, pamoja na "
    "shaka ya vigezo vyake. Makutano ambayo idadi zake zimezuiwa hayaipi kitu, na hupata kile "
    "sifa zake mbili zinasema. Masahihisho ya Benjamini na Hochberg.",
    "how_subgroups": "Mti wa kina cha tatu kwa nusu moja ya waombaji, majani ya watu angalau 50; "
    "kila jani hujaribiwa kikamilifu kwa nusu nyingine ndani ya bidhaa yake, kwa masahihisho ya "
    "Holm. Huripotiwa, hauhukumiwi.",
    "how_outcomes": "Majibu matatu, yaliyosahihishwa kwa njia ya Bonferroni: ya mikopo pekee; "
    "yenye uzito wa kinyume cha uwezekano ulioandikwa wa mkopo; na mipaka ya hali mbaya zaidi. "
    "Kushindwa au kufaulu hutegemea uzito au mipaka yote, kamwe si mikopo pekee. Usawa wa nafasi "
    "ni pengo kubwa zaidi kati ya mawili, bila hukumu.",
    "how_outcome_tests": "Wigo wa alama wa tofauti ya viwango viwili vya mikopo mibaya; angalau "
    "mikopo 50 kila upande. Huonyesha kipimo ambacho modeli inatumia, si kwa nini makundi "
    "yanatofautiana kwingineko.",
    "how_explanations": "Wigo wa kawaida wa wastani, angalau waliokataliwa 30 kila upande.",
    "how_recourse": "Kwa waliokataliwa hadi 100 wa kila kundi, waliochaguliwa kwa bahati, "
    "mabadiliko hutafutwa na kupewa alama na modeli yenyewe. Wigo wa Wilson kwa sehemu, wa "
    "kawaida kwa wastani, tofauti kwa MOVER; hakuna chini ya watu 30. Huripotiwa, hauhukumiwi: "
    "utafutaji unaweza kukosa njia iliyopo.",
    "how_proxies": "Modeli ya kutabiri kundi kutokana na vigezo vyote, iliyofundishwa kwa nusu "
    "moja na kupimwa kwa nyingine, kwa jaribio la kupanga upya. Michango ni thamani kamili za "
    "TreeSHAP.",
    "how_distribution": "Wigo wa 95 % kwa kuchukua sampuli tena na tena. Umbali ni wastani wa "
    "umbali kati ya nafasi zilizo sawa (Wasserstein), kwa alama au kwa kizio cha mkataba.",
    "how_publishing": "Idadi yoyote chini ya watu kumi haichapishwi, wala yoyote ambayo ingeweza "
    "kupatikana kwa kujumlisha na kutoa yaliyo katika ripoti hii na za awali kuhusu waombaji "
    "walewale: idadi ambazo zingeifichua hukadiriwa au kuzuiwa (\u2013). Kinachosemwa kuhusu "
    "makundi hayo hukokotolewa kwa idadi zilizokadiriwa, hivyo zile halisi haziwezi kupatikana. "
    "Idadi za makutano, sehemu, mikopo na waliokataliwa ni kwa makumi.",
    "publishing": "Kinachozuiwa",
    "limits_text": "Ukaguzi huonyesha tofauti, si sababu zake. Ambao hawakutaja kundi lao "
    "huonyeshwa na hawaachwi kamwe. Viasi vinavyoruhusiwa ni chaguo la wasifu, si sheria za "
    "asili; muhtasari wa sheria ni wetu na si ushauri wa kisheria.",
}
