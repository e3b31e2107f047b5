using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>What must be true of a key before an object is published or deleted under it. The leaf of the key decides.</summary>
/// <param name="IfMatch">The ETag that the key's object must have, or null if <paramref name="MustExist"/> decides.</param>
/// <param name="MustExist">True if the key must have some object, or null if it must have none. Read only without an ETag.</param>
public sealed record PublishCondition(ObjectETag? IfMatch, bool? MustExist = null)
{
    /// <summary>The key must have no object (<c>If-None-Match: *</c>).</summary>
    public static PublishCondition MustBeAbsent { get; } = new(IfMatch: null);

    /// <summary>The key must have an object (<c>If-Match: *</c>).</summary>
    public static PublishCondition MustBePresent { get; } = new(IfMatch: null, MustExist: true);

    /// <summary>What a failure says of the key: true if it had an object, false if it had none, null if either is possible.</summary>
    public bool? PresenceIfFailed() => IfMatch is null ? MustExist is not true : null;

    /// <summary>Whether a key with an object of some ETag fulfills the condition.</summary>
    /// <param name="current">The ETag of the key's object, or null if the key has none.</param>
    public bool Holds(ObjectETag? current) => IfMatch is { } tag ? current == tag : current is not null == (MustExist is true);
}
