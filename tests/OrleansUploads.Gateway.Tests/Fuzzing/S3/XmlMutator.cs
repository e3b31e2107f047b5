namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Corrupts XML documents: their bytes, their structure or their texts.</summary>
internal sealed class XmlMutator(Dice dice)
{
    private static readonly string[] Odd =
    [
        "<!DOCTYPE a [<!ENTITY b \"c\">]>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "&b;", "&#0;", "&#x1F600;", "&lt;", "&", "<", ">",
        "]]>", "<![CDATA[", "<![CDATA[x]]>", "<!-- x -->", "<!--", "<?xml version=\"1.1\"?>", "<?x y?>", "\u0000", "\uFEFF", "\uFFFE",
        "<Part>", "</Part>", "<Part/>", "<Key/>", "<Object>", "xmlns=\"other\"", "<ETag>\"</ETag>", "<PartNumber>1</PartNumber>",
    ];

    /// <summary>Returns a corrupted copy.</summary>
    public byte[] Mutate(byte[] document)
    {
        var text = Encoding.UTF8.GetString(document);
        var at = dice.Below(text.Length);
        var length = dice.Below(Math.Min(40, text.Length - at));
        switch (dice.Below(10))
        {
            case 0:
                return [];
            case 1:
                return Encoding.UTF8.GetBytes(text[..at]);
            case 2:
                return Encoding.UTF8.GetBytes(text.Remove(at, length));
            case 3:
                return Encoding.UTF8.GetBytes(text.Insert(at, text.Substring(at, length)));
            case 4:
                return dice.Pick(Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32).GetBytes(text);
            case 5:
                return Encoding.UTF8.GetBytes(Repeated(text));
            case 6:
                return WithBytes(document);
            case 7:
                return Encoding.UTF8.GetBytes(WithOtherText(text));
            default:
                return Encoding.UTF8.GetBytes(text.Insert(at, dice.Pick(Odd)));
        }
    }

    /// <summary>Nests or repeats an element many times.</summary>
    private string Repeated(string text)
    {
        var element = dice.Pick("Part", "Object", "a", "x:y");
        var times = dice.Pick(2, 40, 1001, 10_001);
        var start = text.IndexOf('>', StringComparison.Ordinal) + 1;
        return dice.OneIn(2)
            ? text.Insert(start, string.Concat(Enumerable.Repeat($"<{element}>", times)))
            : text.Insert(start, string.Concat(Enumerable.Repeat($"<{element}><Key>k</Key><PartNumber>1</PartNumber></{element}>", times)));
    }

    private byte[] WithBytes(byte[] document)
    {
        byte[] changed = [.. document];
        for (var i = dice.Below(4); i >= 0; i--)
        {
            changed[dice.Below(changed.Length)] = (byte)dice.Below(256);
        }

        return changed;
    }

    /// <summary>Replaces the text of one element.</summary>
    private string WithOtherText(string text)
    {
        var ends = Enumerable.Range(0, text.Length).Where(i => text.AsSpan(i).StartsWith("</")).ToList();
        if (ends.Count == 0)
        {
            return text;
        }

        var end = dice.PickFrom(ends);
        var start = text.LastIndexOf('>', end) + 1;
        return text[..start] + (dice.OneIn(2) ? OddText.Number(dice) : OddText.Of(dice)) + text[end..];
    }
}
