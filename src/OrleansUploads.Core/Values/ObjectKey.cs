using System.Text;

namespace OrleansUploads.Core.Values;

/// <summary>1 to 1,024 bytes of UTF-8. Keys are never normalized.</summary>
public readonly record struct ObjectKey : ITextValue<ObjectKey>
{
    /// <summary>Maximum length of a key, in bytes of UTF-8.</summary>
    public const int MaxBytes = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _text;

    private ObjectKey(string text) => _text = text;

    /// <summary>The order of keys: by their UTF-8 bytes, as S3 lists them.</summary>
    public static IComparer<string> Utf8Order { get; } = Comparer<string>.Create(Compare);

    /// <summary>Length of the key, in bytes of UTF-8.</summary>
    public int Bytes => Encoding.UTF8.GetByteCount(ToString());

    /// <summary>Parses a key. Returns false if it is empty, too long, or has no UTF-8 form.</summary>
    public static bool TryParse(string? text, out ObjectKey key)
    {
        key = default;
        if (text is not { Length: > 0 and <= MaxBytes })
        {
            return false;
        }

        try
        {
            if (Strict.GetByteCount(text) > MaxBytes)
            {
                return false;
            }
        }
        catch (EncoderFallbackException)
        {
            return false;
        }

        key = new ObjectKey(text);
        return true;
    }

    /// <summary>Compares two texts by their UTF-8 bytes. UTF-16 sorts surrogates before U+E000, UTF-8 sorts them behind
    /// U+FFFF.</summary>
    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[same]).CompareTo(Rank(right[same]));
    }

    /// <summary>The smallest text that sorts behind all texts with a prefix, or null.</summary>
    /// <param name="prefix">The prefix; not empty, and well-formed UTF-16.</param>
    public static string? EndOfPrefix(string prefix)
    {
        while (prefix.Length > 0)
        {
            var last = char.IsLowSurrogate(prefix[^1]) ? new Rune(prefix[^2], prefix[^1]) : new Rune(prefix[^1]);
            prefix = prefix[..^last.Utf16SequenceLength];
            if (last.Value < LastScalar)
            {
                return prefix + new Rune(last.Value == BeforeSurrogates ? BehindSurrogates : last.Value + 1);
            }
        }

        return null;
    }

    public override string ToString() => _text ?? "";

    private const int BeforeSurrogates = 0xD7FF;
    private const int BehindSurrogates = 0xE000;
    private const int LastScalar = 0x10FFFF;

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
