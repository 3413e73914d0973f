"""Files that are read, with rows and cells that are wrong."""

from tests.hostile.bad_files import HEAD, KEN, MEI, SAM, BadFile, lines

SHOP = "Shop form,2026-01-05"


def phones(*spellings: str) -> bytes:
    return lines(*(f'"{spelling}",Mei,{SHOP}' for spelling in spellings))


def dated(*dates: str) -> bytes:
    return lines(*(f"+8526123456{n},Mei,Shop form,{date}" for n, date in enumerate(dates)))


RECORDS = (
    BadFile("too_few_and_too_many_cells", lambda: lines("+85261234560,x", MEI + ",extra", SAM + ",,"),
            ("invalid row_too_few_cells", "invalid row_too_many_cells", "new")),
    BadFile("nul_in_a_row", lambda: lines(MEI.replace("Chan", "Ch\0an"), SAM), ("invalid row_nul", "new")),
    BadFile("control_characters", lambda: lines(MEI.replace("Chan", "\x01\x1b[31m\x7f"), SAM), ("new", "new")),
    BadFile("marks_of_direction", lambda: lines(MEI.replace("Mei", "\u202eieM\u2066"), SAM), ("new", "new")),
    BadFile("quote_never_closed", lambda: lines(MEI, '+85261234560,"Open,Shop,2026-01-05', SAM),
            ("new", "invalid row_quotes", "new")),
    BadFile("quote_in_the_middle", lambda: lines(MEI, '+85261234560,"Mei"Chan,Shop,2026-01-05', SAM),
            ("new", "invalid row_quotes", "new")),
    BadFile("single_quotes", lambda: lines("'+85261234567','Mei Chan','Shop form','2026-01-05'"),
            ("no_consent consent_at_unclear",)),
    BadFile("typographic_quotes", lambda: lines("“+85261234567”,“Mei”,“Shop form”,“2026-01-05”"),
            ("no_consent consent_at_unclear",)),
    BadFile("every_cell_quoted_with_quotes_inside", lambda: lines(
            '"+85261234567","Mei ""M"" Chan","Shop","2026-01-05"'), ("new",)),
    BadFile("semicolons", lambda: lines(MEI).replace(b",", b";"), ("new",)),
    BadFile("tabs", lambda: lines(MEI).replace(b",", b"\t"), ("new",)),
    BadFile("bars", lambda: lines(MEI).replace(b",", b"|"), ("new",)),
    BadFile("separator_changes_midway", lambda: lines(MEI, SAM.replace(",", ";")),
            ("new", "invalid row_too_few_cells")),
    BadFile("told_by_excel", lambda: b"sep=;\r\n" + lines(MEI, end="\r\n").replace(b",", b";"), ("new",)),
    BadFile("only_carriage_returns", lambda: lines(MEI, SAM, end="\r"), ("new", "new")),
    BadFile("mixed_line_ends", lambda: f"{HEAD}\r\n{MEI}\n{SAM}\r{KEN}".encode(), ("new", "new", "new")),
    BadFile("line_end_in_quotes", lambda: lines('+85261234567,"Mei\r\nChan",Shop form,2026-01-05', SAM),
            ("new", "new")),
    BadFile("unicode_line_ends", lambda: lines(MEI.replace(" ", "\u2028"), SAM.replace(" ", "\x85")), ("new", "new")),
    BadFile("cut_off", lambda: lines(MEI, SAM)[:-12], ("new", "invalid row_too_few_cells")),
    BadFile("huge_cell", lambda: lines(f'+85261234560,"{"x" * 2_000_000}",Shop,2026-01-05', MEI),
            ("invalid cell_too_long", "new")),
    BadFile("very_long_line", lambda: lines("x" * 3_000_000, MEI, "," * 1_000_000),
            ("invalid cell_too_long", "new")),
    BadFile("name_of_a_megabyte", lambda: lines(MEI.replace("Mei", "M" * 1_000_000), SAM),
            ("invalid cell_too_long", "new")),
    BadFile("name_of_forty_thousand_letters", lambda: lines(MEI.replace("Mei", "M" * 40_000), SAM),
            ("invalid cell_too_long", "new")),
    BadFile("rows_of_nothing", lambda: lines(",,,", MEI, " , ,,", ",,,"),
            ("new", "invalid phone_missing consent_source_missing consent_at_missing")),
    BadFile("headings_again", lambda: lines(MEI, HEAD),
            ("new", "invalid phone_letters consent_at_unclear")),
)  # fmt: skip

CELLS = (
    BadFile("formulas", lambda: lines(*(f'+8526123456{n},"{cell}",Shop form,2026-01-05' for n, cell in enumerate(
            ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", '=HYPERLINK(""http://x.test"")')))),
            ("7 x new",)),
    BadFile("formula_for_a_phone", lambda: phones("=1+1", '=""+85261234567""', "@SUM(A1)", "=A1&B1"),
            ("invalid phone_not_digits", "new", "2 x invalid phone_letters")),
    BadFile("deep_json_in_a_cell", lambda: lines(f'{MEI},"{"[" * 900}"', head=HEAD + ",attribute.extra"), ("new",)),
    BadFile("phones_that_are_read", lambda: phones("８５２６１２３４５６０", "00852-6123 4561", "(852) 6123.4562",
            "tel:+85261234563", "85261234564.0", "'+85261234565", "\u202a+852 6123 4566\u202c", "٨٥٢٦١٢٣٤٥٦٧"),
            ("8 x new",)),
    BadFile("phones_that_are_not", lambda: phones("", "call Mei", "6123456O", "61234567 ext 12", "61234567 / 61234568",
            "8.52912E+11", "1", "+999 1234 5678", "+852 1234 5678", "1" * 81, "0", "#REF!", "+85261234567😀"),
            ("invalid phone_missing", "2 x invalid phone_letters", "invalid phone_extension", "invalid phone_several",
             "invalid phone_scientific", "invalid phone_too_short", "invalid phone_unknown_country_code",
             "invalid phone_not_valid", "invalid phone_too_long", "invalid phone_too_short", "invalid phone_letters",
             "invalid phone_not_digits")),
    BadFile("one_person_in_many_spellings", lambda: phones("+85261234567", "6123 4567", "85261234567", "0085261234567",
            "＋８５２６１２３４５６７"), ("new", "4 x duplicate duplicate")),
    BadFile("dates_out_of_range", lambda: dated("2026-02-30", "0000-00-00", "1889-12-31", "9999-12-31",
            "2026-13-01", "01/02/2026", "46027", "2026-01-05T25:00", "0001-01-01T00:00:00+23:59", "٢٠٢٦-٠١-٠٥"),
            ("9 x no_consent consent_at_unclear", "new")),
    BadFile("consent_from_the_future", lambda: dated("2026-03-03", "2026-03-02 12:01", "2026-03-02T12:00:00+08:00",
            "2026-03-01T23:59:59-12:00"),
            ("2 x no_consent consent_at_future", "new", "no_consent consent_at_future")),
    BadFile("names_of_nothing", lambda: lines("+85261234560,   ,Shop,2026-01-05",
            "+85261234561,\u3000\u200b,Shop,2026-01-05"),
            ("2 x new",)),
    BadFile("names_of_all_kinds", lambda: lines("+85261234560,👩‍👩‍👧‍👦🇭🇰,Shop,2026-01-05",
            "+85261234561,שלום عليكم,Shop,2026-01-05",
            f"+85261234562,Z{'̈' * 150},Shop,2026-01-05", f"+85261234563,{'n' * 201},Shop,2026-01-05",
            "+85261234564,\\N,Shop,2026-01-05", "+85261234565,\\.,Shop,2026-01-05"),
            ("3 x new", "new name_too_long", "2 x new")),
    BadFile("tags_without_end", lambda: lines(f'{MEI},"{";".join(f"t{n}" for n in range(1_000))}"',
            f"{SAM},{'t' * 61}", f'{KEN},"{{a}};""b"";c\\d;NULL"', head=HEAD + ",tags"),
            ("new tags_too_many", "new tag_too_long", "new")),
    BadFile("consent_that_cannot_be_traced", lambda: lines(*(f"+8526123456{n},Mei,{source},2026-01-05" for n, source in
            enumerate(("", "yes", "n/a", "???", "\u200b", "'")))),
            ("no_consent consent_source_missing", "3 x no_consent consent_source_untraceable",
             "no_consent consent_source_missing", "no_consent consent_source_untraceable")),
    BadFile("ids_of_other_houses", lambda: lines(MEI + ",'; DROP TABLE x;--,XX,Klingon", SAM + f",{'9' * 121},852,",
            head=HEAD + ",crm id,country,language"), ("new language_unknown", "new crm_id_too_long")),
    BadFile("opted_out_on_a_broken_row", lambda: lines("+85261234567,Mei,,,yes", "+85261234567,Mei,Shop,2026-01-05,no",
            "nobody,Mei,,,yes", head=HEAD + ",opt out"),
            ("opt_out consent_source_missing consent_at_missing", "duplicate duplicate",
             "invalid phone_letters consent_source_missing consent_at_missing")),
)  # fmt: skip
