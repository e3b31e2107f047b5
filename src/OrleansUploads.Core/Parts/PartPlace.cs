using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Parts;

/// <summary>Where the bytes of a part are stored: in an attempt of the part store, or at an external location.</summary>
public readonly record struct PartPlace : ITextValue<PartPlace>, ISpanFormattable
{
    private const char LocationMark = '@';

    private readonly AttemptId _attempt;
    private readonly PartLocation _location;

    private PartPlace(AttemptId attempt, PartLocation location)
    {
        _attempt = attempt;
        _location = location;
    }

    public ByteStorage ByteStorage => _location.Chars == 0 ? ByteStorage.Gateway : ByteStorage.External;

    /// <summary>The attempt, or null if the bytes are stored externally.</summary>
    public AttemptId? Attempt => ByteStorage == ByteStorage.Gateway ? _attempt : null;

    /// <summary>The external location, or null if the bytes are in the part store.</summary>
    public PartLocation? Location => ByteStorage == ByteStorage.External ? _location : null;

    public static PartPlace In(AttemptId attempt) => new(attempt, default);

    /// <summary>Throws <see cref="ArgumentException"/> for the default value.</summary>
    public static PartPlace At(PartLocation location) => location.Chars > 0
        ? new PartPlace(default, location)
        : throw new ArgumentException("The default value is not a valid location.", nameof(location));

    /// <summary>Parses the result of <see cref="ToString()"/>.</summary>
    public static bool TryParse(string? text, out PartPlace place)
    {
        if (text is [LocationMark, .. var chars])
        {
            var isLocation = PartLocation.TryParse(chars, out var location);
            place = isLocation ? At(location) : default;
            return isLocation;
        }

        var isAttempt = AttemptId.TryParse(text, out var attempt);
        place = isAttempt ? In(attempt) : default;
        return isAttempt;
    }

    /// <summary>The attempt, or <c>@</c> and the location. This form is stored.</summary>
    public override string ToString() => Attempt is { } attempt ? attempt.ToString() : LocationMark + _location.ToString();

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (Attempt is { } attempt)
        {
            return ((ISpanFormattable)attempt).TryFormat(destination, out charsWritten, format, provider);
        }

        var text = ToString();
        charsWritten = text.TryCopyTo(destination) ? text.Length : 0;
        return charsWritten > 0;
    }
}

/// <summary>The client's external location of a part's bytes: 1 to 1,024 printable ASCII characters (0x20 to 0x7E).</summary>
/// <remarks>The server never interprets the text. Clients percent-encode other characters. The default value is not a valid
/// location.</remarks>
public readonly record struct PartLocation : ITextValue<PartLocation>
{
    public const int MaxChars = 1024;

    private readonly string? _text;

    private PartLocation(string text) => _text = text;

    /// <summary>The length of the text; 0 for the default value.</summary>
    public int Chars => _text?.Length ?? 0;

    /// <summary>Parses a location. Returns false if the text is empty, too long or not printable ASCII.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PartLocation location)
    {
        var ok = text is { Length: >= 1 and <= MaxChars } && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
        location = ok ? new PartLocation(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";
}

/// <summary>Where the bytes of an upload and its archive are stored. Chosen when the upload is initiated and never changed. The
/// values are stored: never change them.</summary>
public enum ByteStorage
{
    /// <summary>In the part store. Bytes are uploaded and downloaded through the gateway. The default.</summary>
    Gateway = 0,

    /// <summary>In external storage of the client. Parts are reported with the locations of their bytes, and the bytes never
    /// reach this server.</summary>
    External = 1,
}
