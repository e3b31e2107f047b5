namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Texts and numbers that commonly break parsers.</summary>
internal static class OddText
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    private static readonly string[] Fixed =
    [
        "", " ", "-", ".", "..", "...", "/", "//", "%", "%2", "%zz", "%2e%2e", "%252e", "%2f", "%00", "%ff%fe", "%c0%af",
        "%ed%a0%80", "a b", "a+b", "a&b=c", "?", "#", ";", "'", "\"", "\\", "\\u0000", "<b>", "{}", "[]", "null", "true", "*",
        "${aws:username}", "$(id)", "`id`", "{0}", "{Account}", "%s%n", "ü", "\u0301", "\u202E", "\uFEFF", "\u2028", "😀", "日本",
        "ﬁ", "İ", "a\tb", "a,b", "a:b", "a=b", "arn:aws:glacier:us-east-1:111122223333:vaults/x", "111122223333", "999988887777",
        "000000000000", "-1", "vaults", "2012-06-01", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
        "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T12:00:00+14:00", "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "bytes", "con", "aws:x", "__proto__",
    ];

    private static readonly string[] Numbers =
    [
        "", "0", "-0", "-1", "+1", "1", "2", "10", "11", "50", "51", "1000", "007", "1.0", "1e3", " 1", "1 ", "1_000", "0x10", "NaN",
        "Infinity", "٣", "１", "2147483647", "2147483648", "-2147483649", "4294967295", "4294967296", "4294967297", "1048575",
        "1048576", "1048577", "2097152", "10485760000", "42949672960000", "42949672960001", "9007199254740993",
        "9223372036854775806", "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "-9223372036854775808", "99999999999999999999999999999999999999",
    ];

    /// <summary>A single-line text, sometimes a long one.</summary>
    public static string Of(Dice dice) => dice.Below(8) switch
    {
        0 => Numbers[dice.Below(Numbers.Length)],
        1 => dice.Text(Letters, dice.Pick(1, 24, 46, 92, 138, 255, 256)),
        2 => dice.Text(Letters, dice.Pick(1023, 1024, 1025, 3000)),
        3 => WireText.Byte((byte)(0x80 + dice.Below(0x80))) + dice.Text(Letters, dice.Below(4)),
        _ => Fixed[dice.Below(Fixed.Length)],
    };

    public static string Number(Dice dice) => Numbers[dice.Below(Numbers.Length)];

    /// <summary>Two numbers with a separator, mostly an invalid range.</summary>
    public static string Range(Dice dice) => dice.Pick("", "", "bytes ", "bytes=", "bytes  ", "octets=")
        + Number(dice) + dice.Pick("-", "-", "-", "", "--", " - ", ",") + Number(dice) + dice.Pick("", "", "/*", "/5", ",7-9");
}
