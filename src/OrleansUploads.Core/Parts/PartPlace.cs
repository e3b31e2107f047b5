namespace OrleansUploads.Core.Parts;

/// <summary>Where the bytes of a part are: in an attempt of the part store, or at a location elsewhere.</summary>
public readonly record struct PartPlace
{
    private readonly AttemptId _attempt;
    private readonly PartLocation _location;

    private PartPlace(AttemptId attempt, PartLocation location)
    {
        _attempt = attempt;
        _location = location;
    }

    /// <summary>Who keeps the bytes.</summary>
    public Custody Custody => _location.Chars == 0 ? Custody.Gateway : Custody.Elsewhere;

    /// <summary>The attempt; null where the bytes are elsewhere.</summary>
    public AttemptId? Attempt => Custody == Custody.Gateway ? _attempt : null;

    /// <summary>The location; null where the bytes are in the part store.</summary>
    public PartLocation? Location => Custody == Custody.Elsewhere ? _location : null;

    /// <summary>In the part store.</summary>
    public static PartPlace In(AttemptId attempt) => new(attempt, default);

    /// <summary>Elsewhere.</summary>
    /// <exception cref="ArgumentException">It is the default value, which is no location.</exception>
    public static PartPlace At(PartLocation location) => location.Chars > 0
        ? new PartPlace(default, location)
        : throw new ArgumentException("The default value is no location.", nameof(location));
}
