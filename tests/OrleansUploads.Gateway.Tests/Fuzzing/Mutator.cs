namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Corrupts the bytes, the tokens or the structure of what clients send. Most of it stays valid.</summary>
internal sealed class Mutator(Dice dice)
{
    /// <summary>Corrupts a document, or bytes in another format.</summary>
    public byte[] Document(byte[] body, Language language)
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
            2 => [.. body, .. WireText.Encode(dice.Pick("x", "\0", " ", "\n//", language.Odd(dice, "")))],
            3 or 4 => WireText.Encode(language.Reshape(dice, text)),
            5 or 6 => Bytes(body),
            _ => WireText.Encode(Tokens(text, language)),
        };
    }

    public string Tokens(string text, Language language, int most = 3)
    {
        var tokens = language.Token.Matches(text).Select(match => match.Value).DefaultIfEmpty("").ToList();
        for (var changes = dice.Below(most); changes >= 0 && tokens.Count > 0; changes--)
        {
            // The last token is twice as likely, because it is the name of the resource in a path and the trailer of a body.
            var at = Math.Min(dice.Below(tokens.Count + 1), tokens.Count - 1);
            var other = dice.Below(at + 1);
            if (!dice.OneIn(4) && language.Inside(tokens[at], inner => Tokens(inner, language)) is { } corrupted)
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
                    tokens.Insert(at, language.Odd(dice, tokens[at]));
                    break;
                case 3:
                    (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                    break;
                default:
                    tokens[at] = language.Odd(dice, tokens[at]);
                    break;
            }
        }

        return string.Concat(tokens);
    }

    public byte[] Bytes(byte[] bytes)
    {
        var at = dice.Below(Math.Max(1, bytes.Length));
        var end = Math.Min(bytes.Length, at + dice.Below(40));
        switch (dice.Below(7))
        {
            case 0:
                return bytes[..Math.Min(at, bytes.Length)];
            case 1:
                return [.. bytes[..at], .. bytes[end..]];
            case 2:
                return [.. bytes[..end], .. bytes[at..]];
            case 3:
                return [.. bytes, 0];
            case 4 when dice.OneIn(2):
                return [];
            default:
                byte[] changed = [.. bytes];
                for (var i = dice.Below(4); i >= 0 && changed.Length > 0; i--)
                {
                    changed[dice.Below(changed.Length)] ^= (byte)(1 << dice.Below(8));
                }

                return changed;
        }
    }
}
