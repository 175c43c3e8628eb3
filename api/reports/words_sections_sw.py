"""The words of the parts of the fairness report, in Swahili."""

SECTIONS_SW: dict[str, str] = {
    "verdicts_lead": "Kila mstari ni kundi likilinganishwa na kundi la kulinganisha la sifa yake. "
    "Safu za kwanza ni uwiano wa athari: kwa sera inayotumika na kwa viwango maalum vya kukubali. "
    "Kushindwa katika safu nyingine hushindisha ukaguzi pale tu sheria ya siku hiyo inapotaka "
    "jaribio hilo.",
    "settle_row": "Maombi yote kwa jumla, takriban, kwa viwango vya leo.",
    "details": "Takwimu zote",
    "details_lead": "Kukubaliwa kwa kila kundi kwa kila kanuni.",
    "attribute": "sifa",
    "reference_people": "watu wa kundi la kulinganisha",
    "scorecard": "Nani anaomba, nani anakubaliwa, kwa masharti gani",
    "scorecard_lead": "Maswali ya kadi ya jinsia ya Women's World Banking, kwa kila kundi: duara "
    "tupu ni sehemu yake ya waombaji; nukta ni sehemu yake ya waliokataliwa. Nukta iliyo kulia kwa "
    "duara: kundi hukataliwa mara nyingi kuliko mengine.",
    "applicants": "ya waombaji",
    "rejected": "ya waliokataliwa",
    "approval": "waliokubaliwa",
    "mean_of": "wastani:",
    "score": "Alama",
    "trends": "Kwa muda",
    "trends_lead": "Kiwango cha kukubaliwa ukitoa kile cha kundi la kulinganisha, kwa mwezi wa "
    "ombi. Nukta: miezi, iliyounganishwa hadi makundi yote mawili yawe na watu wa kutosha. Mstari "
    "na ukanda: wastani hadi hapo, ndani ya mipaka inayoweza kuangaliwa kila mwezi bila tahadhari "
    "ya uongo.",
    "running": "wastani hadi hapo",
    "own_difference": "katika kipindi chenyewe",
    "since": "imethibitishwa tangu",
    "windows": "vipindi",
    "window": "miezi",
    "waiting": "miezi inayosubiri",
    "by_window": "Kwa kipindi",
    "segments": "Wanaoomba sawa kwa sawa",
    "segments_lead": "Kundi linaweza kukubaliwa kidogo kwa sababu tu linaomba kile kinachokubaliwa "
    "kidogo. Hapa uwiano unachukuliwa ndani ya kila bidhaa, tawi au msimu, kisha unaunganishwa.",
    "within": "kwa",
    "by_product": "bidhaa",
    "by_branch": "tawi",
    "by_season": "msimu",
    "pooled_air": "uwiano ndani ya sehemu",
    "p_equal": "p, usawa",
    "p_heterogeneous": "p, sawa kote",
    "pooled": "sehemu zilizounganishwa",
    "each_segment": "Kila sehemu",
    "crossings": "Makutano",
    "crossings_lead": "Viwango vya kukubaliwa vya sifa mbili kwa pamoja, vya chini kwanza; mstari "
    "ni kiwango cha wote. Viwango vya makutano madogo husogezwa kuelekea kile sifa zao mbili "
    "zinaeleza. Mvuto ni sehemu ya kiwango inayotoka katika makutano mengine; kwenye 1.00 hausemi "
    "chochote kuhusu watu hawa wenyewe.",
    "pull": "mvuto",
    "shrunk_rate": "kiwango (kilichosogezwa)",
    "subgroups": "Kikundi kinachohudumiwa vibaya zaidi",
    "subgroups_lead": "Michanganyiko ya makundi yote inayokubaliwa kidogo zaidi, iliyotafutwa kwa "
    "nusu moja ya waombaji na kujaribiwa kwa nyingine, mbaya zaidi kwanza.",
    "subgroup": "kikundi",
    "expected": "inayotarajiwa",
    "lacking": "waliopungua kati ya waliokubaliwa",
    "finding": "matokeo",
    "proven": "imethibitishwa",
    "not_proven": "haijathibitishwa",
    "not_in": "isipokuwa ",
    "distribution": "Mtawanyiko wa alama na wa kinachoombwa",
    "distribution_lead": "Tofauti ya wastani kwa mikengeuko sanifu, ya waombaji wote.",
    "smd": "tofauti sanifu ya wastani",
    "wasserstein": "wastani wa umbali",
    "measure": "kipimo",
    "among": "kati ya",
    "of_all": "wote",
    "of_approved": "waliokubaliwa",
    "outcomes": "Matokeo ya mikopo",
    "outcomes_lead": "Je, walipaji wazuri wanakubaliwa sawa katika kila kundi, na wanaoshindwa "
    "kulipa? Waliokubaliwa tu ndio wenye matokeo, hivyo takwimu za mikopo pekee zina upendeleo na "
    "haziamui chochote. Mipaka ni kweli hata kama wengine wangefanya nini.",
    "outcomes_weighted": "Mikopo iliyotolewa kwa bahati iliandikwa: ikipewa uzito wa uwezekano "
    "wake inawakilisha wote. Picha inaonyesha walipaji wazuri waliokubaliwa.",
    "outcomes_unlogged": "Hakuna mikopo iliyotolewa kwa bahati iliyoandikwa, hivyo mipaka pekee "
    "ndiyo inaweza kuamua. Picha inaonyesha mipaka ya walipaji wazuri waliokubaliwa.",
    "metric": "kipimo",
    "approved_only": "ya mikopo pekee (ina upendeleo)",
    "weighted": "kwa uzito wa bahati",
    "bounds": "mipaka",
    "sign": "mwelekeo",
    "higher": "juu zaidi",
    "lower": "chini zaidi",
    "undetermined": "haijulikani",
    "equalized_odds_difference": "usawa wa nafasi (equalized odds)",
    "outcome_tests": "Kwenye kikomo",
    "outcome_tests_lead": "Kiwango cha mikopo mibaya cha mikopo iliyo ndani ya pointi tano juu ya "
    "kikomo, ukitoa kile cha kundi la kulinganisha. Chini ya 0 kundi lilipimwa kwa ukali zaidi.",
    "reference_loans": "mikopo ya kundi la kulinganisha",
    "bad_rate": "kiwango cha mikopo mibaya",
    "reference_bad_rate": "kiwango cha mikopo mibaya cha kundi la kulinganisha",
    "explanations": "Sababu wanazopewa waliokataliwa",
    "explanations_lead": "Je, sababu ni nzuri sawa katika kila kundi? Uthabiti: ni mara ngapi "
    "sababu ya kwanza inabaki ileile namba za ombi zinapobadilika kwa asilimia moja. Uaminifu: ni "
    "kiasi gani cha yaliyoongeza hatari kinaelezwa na sababu zilizotolewa.",
    "declines": "waliokataliwa",
    "value": "kundi",
    "reference_value": "kundi la kulinganisha",
    "stability": "Uthabiti",
    "fidelity": "Uaminifu",
    "reasons": "Idadi ya sababu",
    "recourse": "Kinachohitajika ili kukubaliwa",
    "recourse_lead": "Je, njia ya jibu bora ni fupi sawa katika kila kundi? Kati ya waliokataliwa: "
    "sehemu ya wale ambao mabadiliko yaliyo ndani ya uwezo wao yangewapa jibu bora, na juhudi ya "
    "njia iliyo rahisi zaidi. Juhudi huhesabu mambo yanayobadilika, kila moja linasogea kiasi "
    "gani, na moja zaidi kwa kila linalochukua miezi. Picha inaonyesha juhudi ukitoa ile ya kundi "
    "la kulinganisha.",
    "searched": "waliokataliwa waliochunguzwa",
    "with_option": "wenye njia",
    "reference_with_option": "kundi la kulinganisha, wenye njia",
    "effort": "juhudi",
    "reference_effort": "juhudi ya kundi la kulinganisha",
    "proxies": "Vigezo mbadala",
    "proxies_lead": "Vigezo vyote kwa pamoja hutambua kundi kwa kiasi gani kutoka kundi lake la "
    "kulinganisha (0.5: hapana kabisa), na vigezo vinavyobeba sehemu kubwa ya pengo la alama, kwa "
    "log-odds.",
    "auc": "eneo chini ya mkunjo",
    "gap": "pengo la alama",
    "features": "sehemu kubwa zaidi",
    "p_alone": "p",
    "vintage": "mwaka",
    "by_vintage": "Kwa mwaka wa ombi",
}
