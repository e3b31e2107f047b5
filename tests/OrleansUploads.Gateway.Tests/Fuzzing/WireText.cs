namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Texts that can represent any bytes. The lone surrogates U+DC80 to U+DCFF represent the bytes 0x80 to 0xFF, so that
/// invalid UTF-8 can be written as a text too.</summary>
internal static class WireText
{
    private const char FirstByte = '\uDC80';
    private const char LastByte = '\uDCFF';

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
    public static string Show(byte[] bytes) => string.Concat(bytes.Select(value => value switch
    {
        (byte)'\\' => @"\\",
        (byte)'\r' => @"\r",
        (byte)'\n' => "\\n\n",
        >= 0x20 and <= 0x7E => ((char)value).ToString(),
        _ => $"\\x{value:x2}",
    }));
}
