using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The languages of the documents that clients send.</summary>
internal static partial class DocumentLanguages
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

    /// <summary>JSON. A string may hold a document itself, as policies do.</summary>
    public static DocumentLanguage Json { get; } = new(
        (byte)'{',
        JsonToken(),
        static dice => dice.Below(12) switch
        {
            0 => Long(dice),
            1 => new string('[', 70) + new string(']', 70),
            2 => $"\"{OddText.Of(dice)}\"",
            3 => $"\"{WireText.Byte(0xFF)}\"",
            4 => OddText.Number(dice),
            5 => WireText.Byte(0xC0),
            6 => new string('9', dice.Pick(20, 400)),
            _ => dice.Pick(OddInJson),
        },
        static (dice, text) => dice.Below(5) switch
        {
            0 => $"[{text}]",
            1 => string.Concat(Enumerable.Repeat(dice.Pick("[", "{\"a\":"), dice.Pick(7, 64, 65, 5000))) + text,
            2 => $"{text[..^1]},{text[1..]}",
            3 => dice.Pick("  ", "null", "[]", "7"),
            _ => $"{text[..^1]},{Long(dice)}:{dice.Pick(OddInJson)}}}",
        },
        InsideJson);

    /// <summary>XML. Its tokens are tags and the texts between them.</summary>
    public static DocumentLanguage Xml { get; } = new(
        (byte)'<',
        XmlToken(),
        static dice => dice.Below(4) switch
        {
            0 => OddText.Number(dice),
            1 => OddText.Of(dice),
            _ => dice.Pick(OddInXml),
        },
        static (dice, text) =>
        {
            var element = dice.Pick("Part", "Object", "a", "x:y");
            var content = dice.Pick("", $"<Key>k</Key><PartNumber>1</PartNumber></{element}>");
            return text.Insert(
                text.IndexOf('>', StringComparison.Ordinal) + 1,
                string.Concat(Enumerable.Repeat($"<{element}>{content}", dice.Pick(2, 40, 1001, 10_001))));
        },
        static (_, _) => null);

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
}
