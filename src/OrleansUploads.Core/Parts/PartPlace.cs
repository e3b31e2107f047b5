namespace OrleansUploads.Core.Parts;

/// <summary>Where the bytes of a part are stored: in an attempt of the part store, or at an external location.</summary>
public readonly record struct PartPlace
{
    private readonly AttemptId _attempt;
    private readonly PartLocation _location;

    private PartPlace(AttemptId attempt, PartLocation location)
    {
        _attempt = attempt;
        _location = location;
    }

    /// <summary>Where the bytes are stored.</summary>
    public ByteStorage ByteStorage => _location.Chars == 0 ? ByteStorage.Gateway : ByteStorage.External;

    /// <summary>The attempt, or null if the bytes are stored externally.</summary>
    public AttemptId? Attempt => ByteStorage == ByteStorage.Gateway ? _attempt : null;

    /// <summary>The external location, or null if the bytes are in the part store.</summary>
    public PartLocation? Location => ByteStorage == ByteStorage.External ? _location : null;

    /// <summary>Creates a place in the part store.</summary>
    public static PartPlace In(AttemptId attempt) => new(attempt, default);

    /// <summary>Creates a place at an external location.</summary>
    /// <exception cref="ArgumentException">The location is the default value.</exception>
    public static PartPlace At(PartLocation location) => location.Chars > 0
        ? new PartPlace(default, location)
        : throw new ArgumentException("The default value is not a valid location.", nameof(location));
}
