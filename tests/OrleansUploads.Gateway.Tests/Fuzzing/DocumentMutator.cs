using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A language of documents, as far as the fuzzer knows it.</summary>
/// <param name="Start">The first byte of each document.</param>
/// <param name="Token">Matches the next token of any kind.</param>
/// <param name="OddToken">Returns a token that commonly breaks parsers.</param>
/// <param name="Reshape">Nests, repeats or wraps parts of a document.</param>
/// <param name="Inside">Corrupts the document in a token, or returns null if the token has none.</param>
internal sealed record DocumentLanguage(
    byte Start,
    Regex Token,
    Func<Dice, string> OddToken,
    Func<Dice, string, string> Reshape,
    Func<string, Func<string, string>, string?> Inside);

/// <summary>Corrupts the bytes, the tokens or the structure of documents. Most of a document stays valid.</summary>
internal sealed class DocumentMutator(Dice dice, DocumentLanguage language)
{
    /// <summary>Corrupts a document, or bytes in another format.</summary>
    public byte[] Mutate(byte[] body)
    {
        if (body.Length == 0 || body[0] != language.Start)
        {
            return Bytes(body);
        }

        var text = Encoding.UTF8.GetString(body);
        return dice.Below(12) switch
        {
            0 => [0xEF, 0xBB, 0xBF, .. body],
            1 => dice.Pick(Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32).GetBytes(text),
            2 => [.. body, .. WireText.Encode(dice.Pick("x", "\0", " ", "\n//", language.OddToken(dice)))],
            3 or 4 => WireText.Encode(language.Reshape(dice, text)),
            5 or 6 => Bytes(body),
            _ => WireText.Encode(Tokens(text)),
        };
    }

    /// <summary>Corrupts one to three tokens of a text.</summary>
    public string Tokens(string text)
    {
        var tokens = language.Token.Matches(text).Select(match => match.Value).ToList();
        for (var changes = dice.Below(3); changes >= 0 && tokens.Count > 0; changes--)
        {
            var at = dice.Below(tokens.Count);
            var other = dice.Below(at + 1);
            if (!dice.OneIn(4) && language.Inside(tokens[at], Tokens) is { } corrupted)
            {
                tokens[at] = corrupted;
                continue;
            }

            switch (dice.Below(6))
            {
                case 0:
                    tokens.RemoveAt(at);
                    break;
                case 1:
                    tokens.Insert(at, tokens[at]);
                    break;
                case 2:
                    tokens.Insert(at, language.OddToken(dice));
                    break;
                case 3:
                    (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                    break;
                default:
                    tokens[at] = language.OddToken(dice);
                    break;
            }
        }

        return string.Concat(tokens);
    }

    private byte[] Bytes(byte[] body)
    {
        var at = dice.Below(Math.Max(1, body.Length));
        var end = Math.Min(body.Length, at + dice.Below(40));
        switch (dice.Below(7))
        {
            case 0:
                return body[..Math.Min(at, body.Length)];
            case 1:
                return [.. body[..at], .. body[end..]];
            case 2:
                return [.. body[..end], .. body[at..]];
            case 3:
                return [.. body, 0];
            case 4 when dice.OneIn(2):
                return [];
            default:
                byte[] changed = [.. body];
                for (var i = dice.Below(4); i >= 0 && changed.Length > 0; i--)
                {
                    changed[dice.Below(changed.Length)] ^= (byte)(1 << dice.Below(8));
                }

                return changed;
        }
    }
}
