using System.Buffers;

namespace OrleansUploads.Core.Values;

/// <summary>3 to 63 characters of <c>a-z 0-9 . -</c> that begins and ends with a letter or digit. Names are global: two
/// accounts cannot have a bucket of the same name.</summary>
public readonly record struct BucketName : ITextValue<BucketName>
{
    private const int MinChars = 3;
    private const int MaxChars = 63;
    private const int AddressNumbers = 4;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private readonly string? _text;

    private BucketName(string text) => _text = text;

    public EntityId Entity => new(EntityKind.Bucket, ToString());

    public static bool TryParse(string? text, out BucketName name)
    {
        var ok = text is { Length: >= MinChars and <= MaxChars }
            && !text.AsSpan().ContainsAnyExcept(Alphabet)
            && char.IsAsciiLetterOrDigit(text[0])
            && char.IsAsciiLetterOrDigit(text[^1])
            && !text.Contains("..", StringComparison.Ordinal)
            && !IsAddress(text);
        name = ok ? new BucketName(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";

    private static bool IsAddress(string text)
    {
        var numbers = text.Split('.');
        return numbers.Length == AddressNumbers && Array.TrueForAll(numbers, number => byte.TryParse(number, out _));
    }
}

/// <summary>One incarnation of a bucket. A bucket that is deleted and created again gets the next epoch, so nothing of an
/// earlier incarnation is confused with the new one.</summary>
/// <param name="Epoch">Starts at 1.</param>
public readonly record struct BucketIncarnation(BucketName Name, long Epoch) : ITextValue<BucketIncarnation>
{
    public static bool TryParse(string? text, out BucketIncarnation incarnation)
    {
        incarnation = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0
            || !BucketName.TryParse(text![..slash], out var name)
            || !long.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var epoch))
        {
            return false;
        }

        incarnation = new BucketIncarnation(name, epoch);
        return true;
    }

    /// <summary><c>name/epoch</c>.</summary>
    public override string ToString() => $"{Name}/{Epoch}";
}
