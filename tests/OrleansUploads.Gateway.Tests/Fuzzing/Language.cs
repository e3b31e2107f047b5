using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A kind of text: how to split it into tokens and how to corrupt it.</summary>
/// <param name="Token">Matches the next token of any kind.</param>
/// <param name="Odd">Returns text that commonly breaks parsers, to replace a token.</param>
internal sealed partial record Language(Regex Token, Func<Dice, string, string> Odd)
{
    private static readonly string[] OddInJson =
    [
        "null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e999", "-1e-999", "01", "+1", ".5", "0x10", "NaN", "Infinity",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "79228162514264337593543950336", "{}", "[]", "[[]]",
        "[null]", "{\"\":null}", "\"\"", "\"x\"", "'x'", "\"\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\\uD83D\\uDE00\"", "\"\\x\"",
        "\"\t\"", "\"a\nb\"", "\"", "{", "}", "[", "]", ",", ":", "//", "/* x */", "undefined", "\"Type\"", "\"Policy\"", "\"__proto__\"",
        "\"$type\"", "\"aws:x\"", "\"111122223333\"",
    ];

    private static readonly string[] OddInXml =
    [
        "<!DOCTYPE a [<!ENTITY b \"c\">]>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "&b;", "&#0;", "&#x1F600;", "&lt;", "&", "<", ">",
        "]]>", "<![CDATA[", "<![CDATA[x]]>", "<!-- x -->", "<!--", "<?xml version=\"1.1\"?>", "<?x y?>", "\u0000", "\uFEFF", "\uFFFE",
        "<Part>", "</Part>", "<Part/>", "<Key/>", "<Object>", "xmlns=\"other\"", "<ETag>\"</ETag>", "<PartNumber>1</PartNumber>",
    ];

    private static readonly string[] OddInChunks =
    [
        "fffffffffffffffff", "7fffffffffffffff", "-1", "+1", " 1", "0x1", "", "\n", "\r", "\r\n", "\r\n\r\n", "a:b", ":",
        "x-amz-checksum-crc32:AAAAAA==", $"{new string('t', 20_000)}:v", string.Concat(Enumerable.Repeat("x-amz-checksum-crc32:AAAAAA==\r\n", 500)),
    ];

    public byte Start { get; private init; }

    public Func<Dice, string, string> Reshape { get; private init; } = static (_, text) => text;

    /// <summary>Corrupts the document in a token, or returns null if the token has none.</summary>
    public Func<string, Func<string, string>, string?> Inside { get; private init; } = static (_, _) => null;

    /// <summary>JSON. A string may hold a document itself, as policies do.</summary>
    public static Language Json { get; } = new(
        JsonToken(),
        static (dice, _) => dice.Below(12) switch
        {
            0 => Long(dice),
            1 => new string('[', 70) + new string(']', 70),
            2 => $"\"{OddText.Of(dice)}\"",
            3 => $"\"{WireText.Byte(0xFF)}\"",
            4 => OddText.Number(dice),
            5 => WireText.Byte(0xC0),
            6 => new string('9', dice.Pick(20, 400)),
            _ => dice.Pick(OddInJson),
        })
    {
        Start = (byte)'{',
        Reshape = static (dice, text) => dice.Below(5) switch
        {
            0 => $"[{text}]",
            1 => string.Concat(Enumerable.Repeat(dice.Pick("[", "{\"a\":"), dice.Pick(7, 64, 65, 5000))) + text,
            2 => $"{text[..^1]},{text[1..]}",
            3 => dice.Pick("  ", "null", "[]", "7"),
            _ => $"{text[..^1]},{Long(dice)}:{dice.Pick(OddInJson)}}}",
        },
        Inside = InsideJson,
    };

    /// <summary>XML. Its tokens are tags and the texts between them.</summary>
    public static Language Xml { get; } = new(
        XmlToken(),
        static (dice, _) => dice.Below(4) switch
        {
            0 => OddText.Number(dice),
            1 => OddText.Of(dice),
            _ => dice.Pick(OddInXml),
        })
    {
        Start = (byte)'<',
        Reshape = static (dice, text) =>
        {
            var element = dice.Pick("Part", "Object", "a", "x:y");
            var content = dice.Pick("", $"<Key>k</Key><PartNumber>1</PartNumber></{element}>");
            return text.Insert(
                text.IndexOf('>', StringComparison.Ordinal) + 1,
                string.Concat(Enumerable.Repeat($"<{element}>{content}", dice.Pick(2, 40, 1001, 10_001))));
        },
    };

    /// <summary>The values of headers, such as ranges, numbers and signatures.</summary>
    public static Language Header { get; } = new(
        Words(),
        static (dice, token) => dice.Below(8) switch
        {
            0 => dice.Pick(" ", "\t", "  ", ",", "/", ";", "=", ""),
            1 => OddText.Range(dice),
            2 or 3 => OddText.Number(dice),
            4 => ((char)dice.Below(0x10000)).ToString(),
            5 => token + dice.Pick("x", "0", "é", " ", "\u0001"),
            _ => OddText.Of(dice),
        });

    /// <summary>The lines of a body in chunks. Each character is one byte.</summary>
    public static Language Chunks { get; } = new(
        Lines(), static (dice, token) => dice.Below(6) switch
        {
            0 => OddText.Of(dice),
            1 => token[..dice.Below(token.Length + 1)],
            2 => token + new string('\u00FF', dice.Pick(1, 100, 20_000)),
            _ => dice.Pick(OddInChunks),
        });

    public static Regex Segments => Segment();

    public static Regex Parameters => Parameter();

    private static string? InsideJson(string token, Func<string, string> corrupt)
    {
        if (!token.StartsWith('"') || !token.Contains('{', StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Serialize(corrupt(JsonSerializer.Deserialize<string>(token)!));
        }
        catch (JsonException)
        {
            // The token was corrupted before.
            return null;
        }
    }

    private static string Long(Dice dice) =>
        $"\"{new string(dice.Pick('x', '\\', 'é'), dice.Pick(1025, 20_481, 30_000, 100_000))}\"";

    [GeneratedRegex("""\s+|"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+|.""", RegexOptions.Singleline)]
    private static partial Regex JsonToken();

    [GeneratedRegex("<[^>]*>?|[^<]+")]
    private static partial Regex XmlToken();

    [GeneratedRegex(@"[\w+.]+|.", RegexOptions.Singleline)]
    private static partial Regex Words();

    [GeneratedRegex(@"\r\n|[^\r\n]+|[\r\n]")]
    private static partial Regex Lines();

    [GeneratedRegex("/[^/]*|[^/]+")]
    private static partial Regex Segment();

    [GeneratedRegex("[?&][^?&=]*|=[^?&]*|[^?&=]+")]
    private static partial Regex Parameter();
}
