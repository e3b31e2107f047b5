using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts JSON token by token, so that most of it stays valid.</summary>
internal sealed partial class JsonMutator(Dice dice)
{
    private static readonly string[] OddTokens =
    [
        "null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e999", "-1e-999", "01", "+1", ".5", "0x10", "NaN", "Infinity",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "79228162514264337593543950336", "{}", "[]", "[[]]",
        "[null]", "{\"\":null}", "\"\"", "\"x\"", "'x'", "\"\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\\uD83D\\uDE00\"", "\"\\x\"",
        "\"\t\"", "\"a\nb\"", "\"", "{", "}", "[", "]", ",", ":", "//", "/* x */", "undefined", "\"Type\"", "\"Policy\"", "\"__proto__\"",
        "\"$type\"", "\"aws:x\"", "\"111122223333\"",
    ];

    public byte[] Mutate(byte[] json)
    {
        var text = Encoding.UTF8.GetString(json);
        return dice.Below(12) switch
        {
            0 => [0xEF, 0xBB, 0xBF, .. json],
            1 => json[..dice.Below(json.Length)],
            2 => [.. json, .. WireText.Encode(dice.Pick("x", "}", "{}", "\0", " ", ",", "\n//"))],
            3 => WireText.Encode(Root(text)),
            4 => Encoding.Unicode.GetBytes(text),
            5 => ByteReplaced(json),
            6 when text.Contains("\\u0022", StringComparison.Ordinal) || text.Contains("\\\"", StringComparison.Ordinal) => Inner(text),
            _ => WireText.Encode(Tokens(text)),
        };
    }

    /// <summary>Corrupts one to three tokens of a JSON text.</summary>
    public string Tokens(string text)
    {
        var tokens = Token().Matches(text).Select(match => match.Value).ToList();
        for (var changes = dice.Below(3); changes >= 0 && tokens.Count > 0; changes--)
        {
            var at = dice.Below(tokens.Count);
            switch (dice.Below(6))
            {
                case 0:
                    tokens.RemoveAt(at);
                    break;
                case 1:
                    tokens.Insert(at, tokens[at]);
                    break;
                case 2:
                    tokens.Insert(at, OddToken());
                    break;
                case 3:
                    (tokens[at], tokens[dice.Below(at + 1)]) = (tokens[dice.Below(at + 1)], tokens[at]);
                    break;
                default:
                    tokens[at] = OddToken();
                    break;
            }
        }

        return string.Concat(tokens);
    }

    /// <summary>Replaces or wraps the whole document.</summary>
    private string Root(string text) => dice.Below(6) switch
    {
        0 => OddToken(),
        1 => $"[{text}]",
        2 => string.Concat(Enumerable.Repeat(dice.Pick("[", "{\"a\":"), dice.Pick(7, 64, 65, 5000))) + text,
        3 => $"{text[..^1]},{text[1..]}",
        4 => "  ",
        _ => $"{text[..^1]},{Long()}:{OddToken()}}}",
    };

    private string OddToken() => dice.Below(12) switch
    {
        0 => Long(),
        1 => new string('[', 70) + new string(']', 70),
        2 => $"\"{OddText.Of(dice)}\"",
        3 => $"\"{WireText.Byte(0xFF)}\"",
        4 => $"{OddText.Number(dice)}",
        5 => WireText.Byte(0xC0),
        6 => new string('9', dice.Pick(20, 400)),
        _ => dice.Pick(OddTokens),
    };

    private string Long() => $"\"{new string(dice.Pick('x', '\\', 'é'), dice.Pick(1025, 20_481, 30_000, 100_000))}\"";

    /// <summary>Corrupts the policy in the document, which is JSON inside a JSON string.</summary>
    private byte[] Inner(string text)
    {
        try
        {
            var body = JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
            return JsonSerializer.SerializeToUtf8Bytes(body.ToDictionary(member => member.Key, member => Tokens(member.Value)));
        }
        catch (JsonException)
        {
            return WireText.Encode(Tokens(text));
        }
    }

    private byte[] ByteReplaced(byte[] json)
    {
        byte[] replaced = [.. json];
        replaced[dice.Below(replaced.Length)] = (byte)dice.Below(256);
        return replaced;
    }

    [GeneratedRegex("""\s+|"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s{}\[\],:"]+|.""", RegexOptions.Singleline)]
    private static partial Regex Token();
}
