namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Texts that can represent any bytes. The lone surrogates U+DC80 to U+DCFF represent the bytes 0x80 to 0xFF, so that
/// invalid UTF-8 can be written as a text too.</summary>
internal static class WireText
{
    private const char FirstByte = '\uDC80';
    private const char LastByte = '\uDCFF';

    /// <summary>The text that represents one byte from 0x80 to 0xFF.</summary>
    public static string Byte(byte value) => ((char)(0xDC00 + value)).ToString();

    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new List<byte>(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (!pair && text[i] is >= FirstByte and <= LastByte)
            {
                bytes.Add((byte)(text[i] - 0xDC00));
                continue;
            }

            var rune = pair ? new Rune(text[i], text[++i])
                : char.IsSurrogate(text[i]) ? Rune.ReplacementChar
                : new Rune(text[i]);
            bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        }

        return [.. bytes];
    }

    /// <summary>Formats bytes readably and without loss.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var shown = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            _ = value switch
            {
                (byte)'\\' => shown.Append(@"\\"),
                (byte)'\r' => shown.Append(@"\r"),
                (byte)'\n' => shown.Append("\\n\n"),
                >= 0x20 and <= 0x7E => shown.Append((char)value),
                _ => shown.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
            };
        }

        return shown.ToString();
    }
}
